import {expect, test} from 'vitest';
import {type RecordingHost, recordingHost} from '../../test/support/recording-host.ts';
import {type LimitWrite, writeLimits} from './write-limits.ts';

const group = '/sys/fs/cgroup/memory/tsbox/demo';
const limitFile = `${group}/memory.limit_in_bytes`;
const sumFile = `${group}/memory.memsw.limit_in_bytes`;
const pidsFile = '/sys/fs/cgroup/pids/tsbox/demo/pids.max';

function write(path: string, value: string): LimitWrite {
	return {title: `set ${path.split('/').at(-1)}`, path, value, reads: value};
}

/** A v1 kernel: it refuses a memory limit above the limit of memory and swap together. */
function kernel(limit: number, sum: number): RecordingHost {
	const host = recordingHost({[limitFile]: `${limit}\n`, [sumFile]: `${sum}\n`, [pidsFile]: 'max\n'});
	return {
		...host,
		writeKernelFile: (path, value) => {
			const after = {...host.files(), [path]: value};
			const isBroken = Number(after[limitFile]) > Number(after[sumFile]) || value === '13';
			if (isBroken) throw Object.assign(new Error(`EINVAL: invalid argument, write '${path}'`), {code: 'EINVAL'});
			host.writeKernelFile(path, value);
		},
	};
}

test.each([
	['both up', 100, 100, 300, 300],
	['both down', 300, 300, 100, 100],
	['memory up, the sum down', 100, 500, 200, 300],
	['memory down, the sum up', 200, 300, 100, 500],
])('%s: no write gives the kernel a reason to refuse', (_, limit, sum, newLimit, newSum) => {
	const host = kernel(limit, sum);
	writeLimits(host, [write(limitFile, String(newLimit)), write(sumFile, String(newSum))], () => undefined);
	expect(host.files()).toMatchObject({[limitFile]: String(newLimit), [sumFile]: String(newSum)});
});

test.each([
	['up', 100, 100, 300, 300],
	['down', 300, 300, 100, 100],
])('after a refusal, limits that went %s are restored', (_, limit, sum, newLimit, newSum) => {
	const host = kernel(limit, sum);
	const writes = [write(limitFile, String(newLimit)), write(sumFile, String(newSum)), write(pidsFile, '13')];
	const reasons: string[] = [];
	const run = (): void =>
		writeLimits(host, writes, (path, errno) => {
			reasons.push(`${errno} ${path}`);
			return 'because';
		});
	expect(run).toThrow(
		expect.objectContaining({
			code: 'E_STEP_FAILED',
			message: 'the kernel did not set pids.max',
			output: `EINVAL: invalid argument, write '${pidsFile}'`,
			why: 'because',
		}),
	);
	expect(reasons).toEqual([`EINVAL ${pidsFile}`]);
	expect(host.files()).toMatchObject({[limitFile]: String(limit), [sumFile]: String(sum), [pidsFile]: 'max\n'});
});

test('restores limits when a value reads back differently', () => {
	const host = kernel(100, 100);
	expect(() => writeLimits(host, [{...write(pidsFile, '20'), reads: '21'}], () => undefined)).toThrow(
		expect.objectContaining({code: 'E_CHECK_FAILED', output: `${pidsFile} reads 20 and not 21`}),
	);
	expect(host.files()[pidsFile]).toBe('max');
});

test('reports a missing file before writing anything', () => {
	const host = kernel(100, 100);
	expect(() => writeLimits(host, [write(limitFile, '50'), write('/none', '1')], () => undefined)).toThrow(
		expect.objectContaining({code: 'E_HOST_UNSUPPORTED'}),
	);
	expect(host.log).toEqual([]);
});

test('compares the first line of a file that has a line per device', () => {
	const file = '/sys/fs/cgroup/tsbox/demo/io.weight';
	const host = recordingHost({[file]: 'default 100\n8:0 200\n'});
	writeLimits(host, [write(file, 'default 300')], () => undefined);
	expect(host.log).toEqual([`write ${file} 'default 300'`]);
});

test.each([
	['less with a shorter period', 50_000, 100_000, 3000, 10_000],
	['more with a longer period', 3000, 10_000, 50_000, 100_000],
	['a limit after none', -1, 100_000, 3000, 10_000],
	['none after a limit', 3000, 10_000, -1, 100_000],
])('CPU time, %s: never more than before or after', (_, quota, period, newQuota, newPeriod) => {
	const [quotaFile, periodFile] = ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map(name => `/cpu/demo/${name}`);
	if (quotaFile === undefined || periodFile === undefined) throw new TypeError('two files');
	const share = (quotaNow: unknown, periodNow: unknown): number =>
		Number(quotaNow) === -1 ? Number.POSITIVE_INFINITY : Number(quotaNow) / Number(periodNow);
	const most = Math.max(share(quota, period), share(newQuota, newPeriod));
	const host = recordingHost({[quotaFile]: `${quota}\n`, [periodFile]: `${period}\n`});
	const strict: RecordingHost = {
		...host,
		writeKernelFile: (path, value) => {
			const after = {...host.files(), [path]: value};
			if (share(after[quotaFile], after[periodFile]) > most) throw new Error('EINVAL');
			host.writeKernelFile(path, value);
		},
	};
	writeLimits(strict, [write(periodFile, String(newPeriod)), write(quotaFile, String(newQuota))], () => undefined);
	expect(host.files()).toMatchObject({[quotaFile]: String(newQuota), [periodFile]: String(newPeriod)});
});
