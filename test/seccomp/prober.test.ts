import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import profile from '../../config/default-profile.json' with {type: 'json'};
import {defaultSeccompProfile, lowerSeccomp} from '../../src/oci/lower-seccomp.ts';
import {compileSeccomp} from '../../src/seccomp/compile.ts';
import {architectures} from '../../src/seccomp/syscalls.ts';
import {testBox} from '../system/box.ts';
import {answerOf} from './verdict-table.ts';

const isX86 = process.arch === 'x64';

/** uretprobe and uprobe: the kernel calls no filter for them (seccomp_uprobe_exception in kernel/seccomp.c, Linux 6.14). */
const pastEveryFilter = ['call 335', 'call 336'];

/** What came back of each try: `call 57` → `EPERM`. */
function outcomes(text: string): ReadonlyMap<string, string> {
	return new Map(
		text
			.trim()
			.split('\n')
			.map(line => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
	);
}

/*
 * The kernel itself is asked: a program tries every call in a container with the default profile, and in one with none.
 * What the table denies must fail with that very error; what it allows must end as without the filter.
 */
test.skipIf(!isX86)('in a container every call ends as the table of its profile says', async () => {
	await using box = await testBox();
	const prober = join(box.folder, 'prober');
	execFileSync('gcc', ['-O1', '-static', '-o', prober, join(import.meta.dirname, 'prober.c')], {stdio: 'pipe'});
	const run = async (more: string): Promise<ReadonlyMap<string, string>> => {
		const spec = box.spec(`volumes: ["${prober}:/prober:ro"]\ncommand: [/prober]\n${more}`);
		const {status, out, err} = await box.tsbox(['run', spec]);
		expect({status, err}).toMatchObject({status: 0});
		return outcomes(out);
	};
	const filtered = await run('');
	const open = await run('security_opt: [seccomp=unconfined]\n');
	const {release} = await import('node:os');
	const {filter} = compileSeccomp(
		lowerSeccomp(defaultSeccompProfile(), {
			capabilities: profile.capabilities,
			kernelRelease: release(),
			arch: 'x86_64',
		}),
	);
	const numbers = architectures['SCMP_ARCH_X86_64']?.numbers ?? {};
	const all = (1n << 64n) - 1n;
	const expected = (key: string): string => {
		const [what = '', number = ''] = key.split(' ');
		const value = Number(number);
		const ask = (name: string, ...args: number[]): string => answerOf(filter, numbers[name] ?? -1, ...args);
		switch (what) {
			case 'call':
				return answerOf(filter, value, ...Array.from({length: 6}, () => all));
			case 'family':
				return ask('socket', value, 3, 0);
			case 'netlink':
				return ask('socket', 16, 3, value);
			case 'ioctl':
				return ask('ioctl', 0, value);
			case 'unshare':
				return ask('unshare', value);
			case 'clone':
				return ask('clone', value | 0x1_0000);
			default:
				return ask('clone3');
		}
	};
	const wrong = [...filtered].flatMap(([key, outcome]) => {
		if (pastEveryFilter.includes(key)) return [];
		const answer = expected(key);
		const should = answer === 'allow' ? open.get(key) : answer;
		return should === outcome ? [] : [`${key}: ${outcome}, and not ${should}`];
	});
	expect(wrong).toEqual([]);
	expect(filtered.size).toBeGreaterThan(500);
	expect(filtered.get(`call ${numbers['mount']}`)).toBe('EPERM');
	expect(open.get('family 38')).not.toBe('EPERM');
});
