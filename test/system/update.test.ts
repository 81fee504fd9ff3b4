import {existsSync, readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {type Running, type TestBox, testBox} from './box.ts';

const root = process.getuid?.() === 0;
const v1 = existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes');
const swap = existsSync(
	v1 ? '/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes' : '/sys/fs/cgroup/init.scope/memory.swap.max',
);
const mib = 1024 * 1024;
const sleeps = 'command: [sh, -c, "echo ready; exec sleep 60"]\n';

/** What the kernel shows of a limit, by its name in v1 and in v2. */
function limit(at: TestBox, controller: string, file: string, unified: string): string {
	const path = v1
		? `/sys/fs/cgroup/${controller}/tsbox/${at.name}/${file}`
		: `/sys/fs/cgroup/tsbox/${at.name}/${unified}`;
	return readFileSync(path, 'utf8').trim();
}

const memory = (at: TestBox): number => Number(limit(at, 'memory', 'memory.limit_in_bytes', 'memory.max'));

async function running(at: TestBox, text: string) {
	const up = at.start(['up', '--plain', '-T', at.spec(text)]);
	await up.says('ready');
	return up;
}

/** Ends the container; gives what is left of it. */
async function leftAfter(at: TestBox, up: Running): Promise<readonly string[]> {
	await at.tsbox(['down', '-t', '0', at.name]);
	await up.ended;
	return at.leftovers();
}

async function inspected(at: TestBox): Promise<unknown> {
	return JSON.parse((await at.tsbox(['inspect', at.name])).out);
}

describe.skipIf(!root)('update', () => {
	test('writes each limit to the kernel and to what inspect tells', async () => {
		await using at = await testBox();
		const up = await running(at, `mem_limit: 64m\n${sleeps}`);
		const args = ['--memory', '128m', '--memory-reservation', '32m', '--cpus', '1.5', '--cpu-shares', '512'];
		expect(await at.tsbox(['update', ...args, '--pids-limit', '50', at.name])).toMatchObject({
			status: 0,
			out: `${at.name}\n`,
			err: '',
		});
		expect(memory(at)).toBe(128 * mib);
		expect(limit(at, 'pids', 'pids.max', 'pids.max')).toBe('50');
		expect(limit(at, 'cpu', 'cpu.shares', 'cpu.weight')).toBe(v1 ? '512' : '20');
		expect(limit(at, 'cpu', 'cpu.cfs_quota_us', 'cpu.max')).toBe(v1 ? '150000' : '150000 100000');
		expect(limit(at, 'memory', 'memory.soft_limit_in_bytes', 'memory.low')).toBe(String(32 * mib));
		expect(await inspected(at)).toMatchObject({
			memory: {limit: 128 * mib},
			config: {
				linux: {
					resources: {
						memory: {limit: 128 * mib, reservation: 32 * mib},
						cpu: {quota: 150_000, period: 100_000, shares: 512},
						pids: {limit: 50},
					},
				},
			},
			origins: {mem_limit: 'tsbox update --memory on the command line'},
		});
		expect(await at.tsbox(['update', '--pids-limit', '-1', at.name])).toMatchObject({status: 0});
		expect(limit(at, 'pids', 'pids.max', 'pids.max')).toBe('max');
		expect(await leftAfter(at, up)).toEqual([]);
	});

	test.skipIf(!swap)('memory and swap are raised and lowered together', async () => {
		await using at = await testBox();
		const up = await running(at, `mem_limit: 64m\nmemswap_limit: 64m\n${sleeps}`);
		for (const size of [128, 32, 256]) {
			const args = ['--memory', `${size}m`, '--memory-swap', `${size}m`];
			expect(await at.tsbox(['update', ...args, at.name])).toMatchObject({status: 0, err: ''});
			expect(memory(at)).toBe(size * mib);
			expect(limit(at, 'memory', 'memory.memsw.limit_in_bytes', 'memory.swap.max')).toBe(v1 ? String(size * mib) : '0');
		}
		const refused = await at.tsbox(['update', '--memory', '512m', at.name]);
		expect(refused).toMatchObject({status: 2, out: ''});
		expect(refused.err).toContain('--memory and --memory-swap');
		expect(memory(at)).toBe(256 * mib);
		expect((await at.tsbox(['update', '--memory-swap', '-1', at.name])).status).toBe(0);
		expect((await at.tsbox(['update', '--memory', '512m', at.name])).status).toBe(0);
		expect(memory(at)).toBe(512 * mib);
		expect(await leftAfter(at, up)).toEqual([]);
	});

	test('a lowered memory limit ends what goes over it', async () => {
		await using at = await testBox();
		const hog = 'echo ready; read x < /go; x=0123456789abcdef; while :; do x=$$x$$x; done';
		const up = await running(at, `mem_limit: 1g\nmemswap_limit: 1g\ncommand: [sh, -c, "mkfifo /go; ${hog}"]\n`);
		expect((await at.tsbox(['update', '--memory', '32m', '--memory-swap', '32m', at.name])).status).toBe(0);
		// Whoever opens a fifo for writing waits until somebody reads it.
		await at.tsbox(['exec', at.name, '--', 'sh', '-c', 'echo > /go']);
		const {status, err} = await up.ended;
		expect(status).toBe(137);
		expect(err).toContain('32 MiB');
		expect(at.leftovers()).toEqual([]);
	});

	/** A container that holds 32 MiB, and a try to leave it 4 MiB. */
	async function squeezed(at: TestBox) {
		const fill =
			'x=0123456789abcdef; while [ $${#x} -lt 33554432 ]; do x=$$x$$x; done; echo ready; while :; do sleep 0.05; done';
		const up = await running(
			at,
			`mem_limit: 512m\nmemswap_limit: 512m\npids_limit: 100\ncommand: [sh, -c, "${fill}"]\n`,
		);
		const lowered = await at.tsbox(['update', '--memory', '4m', '--memory-swap', '4m', '--pids-limit', '9', at.name]);
		return {up, lowered};
	}

	test.skipIf(!v1)(
		'memory below what is used: the words of the kernel and the use, and nothing is changed',
		async () => {
			await using at = await testBox();
			const {up, lowered} = await squeezed(at);
			expect(lowered).toMatchObject({status: 125, out: ''});
			expect(lowered.err).toMatch(/EBUSY[^]*it uses \d+(\.\d)? MiB/);
			expect(memory(at)).toBe(512 * mib);
			expect(limit(at, 'pids', 'pids.max', 'pids.max')).toBe('100');
			expect(await inspected(at)).toMatchObject({config: {linux: {resources: {memory: {limit: 512 * mib}}}}});
			expect(await leftAfter(at, up)).toEqual([]);
		},
	);

	test.skipIf(v1)('memory below what is used: cgroup v2 kills for it, which is told', async () => {
		await using at = await testBox();
		const {up, lowered} = await squeezed(at);
		expect(lowered.err).toMatch(/the kernel killed|has just ended/);
		expect((await up.ended).status).toBe(137);
		expect(at.leftovers()).toEqual([]);
	});

	test('when one limit is refused, those before it are set back', async () => {
		await using at = await testBox();
		const up = await running(at, `mem_limit: 64m\ncpuset: "0"\n${sleeps}`);
		const args = ['--memory', '128m', '--cpu-shares', '512', '--cpuset-cpus', '9999', '--pids-limit', '9'];
		const refused = await at.tsbox(['update', ...args, at.name]);
		expect(refused).toMatchObject({status: 125, out: ''});
		expect(refused.err).toContain('the kernel did not run only on CPUs 9999');
		expect(memory(at)).toBe(64 * mib);
		expect(limit(at, 'cpu', 'cpu.shares', 'cpu.weight')).toBe(v1 ? '1024' : '100');
		expect(limit(at, 'cpuset', 'cpuset.cpus', 'cpuset.cpus')).toBe('0');
		expect(limit(at, 'pids', 'pids.max', 'pids.max')).toBe('max');
		expect(await inspected(at)).toMatchObject({
			config: {linux: {resources: {memory: {limit: 64 * mib}, cpu: {cpus: '0'}}}},
		});
		expect(await leftAfter(at, up)).toEqual([]);
	});

	test('a lowered number of processes stops forks', async () => {
		await using at = await testBox();
		const up = await running(at, sleeps);
		const forks = ['exec', at.name, '--', 'sh', '-c', 'sleep 0 & sleep 0 & sleep 0 & wait; echo done'];
		expect((await at.tsbox(forks)).out).toBe('done\n');
		expect((await at.tsbox(['update', '--pids-limit', '3', at.name])).status).toBe(0);
		const {out, err} = await at.tsbox(forks);
		expect({out, err}).not.toMatchObject({out: 'done\n', err: ''});
		expect((await at.tsbox(['update', '--pids-limit', '100', at.name])).status).toBe(0);
		expect((await at.tsbox(forks)).out).toBe('done\n');
		expect(await leftAfter(at, up)).toEqual([]);
	});

	test('a limit of another controller than it was started with is refused, with what to do', async () => {
		await using at = await testBox();
		const up = await running(at, sleeps);
		const refused = await at.tsbox(['update', '--cpuset-cpus', '0', at.name]);
		expect(refused).toMatchObject({status: 125, out: ''});
		expect(refused.err).toContain('set that limit in the spec');
		expect(await leftAfter(at, up)).toEqual([]);
	});

	test('of several names each is tried', async () => {
		await using at = await testBox();
		const up = await running(at, sleeps);
		const {status, out, err} = await at.tsbox(['update', '--pids-limit', '7', 'nosuch', at.name]);
		expect({status, out}).toEqual({status: 125, out: `${at.name}\n`});
		expect(err).toContain('there is no container named nosuch');
		expect(limit(at, 'pids', 'pids.max', 'pids.max')).toBe('7');
		expect(await leftAfter(at, up)).toEqual([]);
	});

	test('a container without a cgroup has no limits', async () => {
		await using at = await testBox({uid: 61_237, gid: 61_237});
		const up = await running(at, sleeps);
		const refused = await at.tsbox(['update', '--memory', '64m', at.name]);
		expect(refused).toMatchObject({status: 125, out: ''});
		expect(refused.err).toContain('limits need a cgroup');
		expect(await leftAfter(at, up)).toEqual([]);
	});
});
