import type {ContainerProcess} from '../../src/container/observe/top.ts';
import type {ContainerStats} from '../../src/container/observe/usage-meter.ts';
import type {ChildProcess} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {expect, test, vi} from 'vitest';
import {type Running, type TestBox, testBox} from './box.ts';
import {rootRange} from './root-range.ts';

const patience = {timeout: 20_000, interval: 50};

/** Starts the container of the test with a command of sh, and waits until it says that it is ready. */
async function started(at: TestBox, script: string, lines = ''): Promise<Running> {
	const command = JSON.stringify(['sh', '-c', `echo ready; ${script}`]);
	const up = at.start(['up', '--plain', '-T', at.spec(`${lines}command: ${command}\n`)]);
	await up.says('ready\n');
	return up;
}

async function statsOf(at: TestBox): Promise<ContainerStats | undefined> {
	const {status, out, err} = await at.tsbox(['stats', '--no-stream', '--json', at.name]);
	expect({status, err}).toEqual({status: 0, err: ''});
	return (JSON.parse(out) as readonly ContainerStats[])[0];
}

async function topOf(at: TestBox): Promise<readonly ContainerProcess[]> {
	const {status, out, err} = await at.tsbox(['top', '--json', at.name]);
	expect({status, err}).toEqual({status: 0, err: ''});
	return JSON.parse(out) as readonly ContainerProcess[];
}

/** Stops the container, and waits for the tsbox that started it, which ends a moment after the container is gone. */
async function down(at: TestBox, up: Running): Promise<void> {
	expect((await at.tsbox(['down', '-t', '0', at.name])).status).toBe(0);
	await up.ended;
}

async function end(at: TestBox, up: Running): Promise<void> {
	await down(at, up);
	expect(at.leftovers()).toEqual([]);
}

test('a container that is busy shows its CPU, and its limits', async () => {
	await using at = await testBox();
	const up = await started(at, 'while :; do :; done', 'mem_limit: 64m\nmemswap_limit: 64m\npids_limit: 40\n');
	const seen = await statsOf(at);
	expect(seen?.name).toBe(at.name);
	expect(seen?.cpuPercent).toBeGreaterThan(20);
	expect(seen?.cpuPercent).toBeLessThan(150);
	expect(seen?.memory?.limit).toBe(67_108_864);
	expect(seen?.memory?.used).toBeGreaterThan(0);
	expect(seen?.memory?.percent).toBeLessThan(50);
	expect(seen?.pids?.limit).toBe(40);
	expect(seen?.pids?.current).toBeGreaterThanOrEqual(1);
	const table = (await at.tsbox(['stats', '--no-stream', at.name])).out.split('\n');
	expect(table).toHaveLength(3);
	expect(table[0]).toMatch(/^NAME +CPU % +MEM USAGE \/ LIMIT/);
	expect(table[1]).toMatch(new RegExp(`^${at.name} +\\d+\\.\\d\\d% +\\S+ \\w+ / 64 MiB `));
	await end(at, up);
});

test('one that sleeps shows none, has no limit, and a network in which nothing was sent', async () => {
	await using at = await testBox();
	const up = await started(at, 'exec sleep 60');
	expect(await statsOf(at)).toMatchObject({
		memory: {limit: null},
		pids: {limit: null},
		network: {rxBytes: 0, txBytes: 0},
	});
	await vi.waitFor(async () => expect((await statsOf(at))?.cpuPercent).toBeLessThan(5), patience);
	await end(at, up);
});

test("one with the host's network has no numbers of its own", async () => {
	await using at = await testBox();
	const up = await started(at, 'exec sleep 60', 'namespaces: [mount, pid, uts, ipc]\n');
	expect((await statsOf(at))?.network).toBeNull();
	await end(at, up);
});

test('memory that is in use counts, page cache that can go does not', async () => {
	await using at = await testBox();
	const words =
		'for f in /dev/shm/used /cached /cached2; do dd if=/dev/zero of=$$f bs=1M count=24 2>/dev/null; done; sync; echo filled; exec sleep 60';
	const up = at.start([
		'up',
		'--plain',
		'-T',
		at.spec(`shm_size: 64m\ncommand: ${JSON.stringify(['sh', '-c', words])}\n`),
	]);
	await up.says('filled\n');
	const used = (await statsOf(at))?.memory?.used;
	expect(used).toBeGreaterThanOrEqual(24 * 1_048_576);
	expect(used).toBeLessThan(40 * 1_048_576);
	await end(at, up);
});

test('what exec started is among the processes, with the numbers of both sides', async () => {
	await using at = await testBox();
	const up = await started(at, 'exec sleep 61');
	const running = at.start(['exec', '-u', 'app', at.name, '--', 'sleep', '77']);
	const find = async () => (await topOf(at)).find(({command}) => command.join(' ') === 'sleep 77');
	const inside = await vi.waitFor(async () => (await find()) ?? Promise.reject(new Error('not there yet')), patience);
	expect(readFileSync(`/proc/${inside.pid}/cmdline`, 'utf8')).toBe('sleep\x0077\0');
	expect(inside).toMatchObject({uid: 1000, hostUid: 1000, name: 'sleep'});
	expect(inside.insidePid).toBeGreaterThan(1);
	expect(inside.insidePid).not.toBe(inside.pid);
	const all = await topOf(at);
	expect(all.find(({insidePid}) => insidePid === 1)).toMatchObject({command: ['sleep', '61'], uid: 0});
	const {out} = await at.tsbox(['top', at.name]);
	expect(out).toMatch(/^PID +INSIDE +PPID +UID +TIME +RSS +STAT +COMMAND\n/);
	expect(out).toMatch(new RegExp(`^${inside.pid} +${inside.insidePid} +\\d+ +1000 +0:0\\d\\.\\d\\d +.*sleep 77$`, 'm'));
	await down(at, up);
	await running.ended;
	expect(at.leftovers()).toEqual([]);
});

test('a command line cannot steer the terminal', async () => {
	await using at = await testBox();
	const up = await started(
		at,
		`exec sh -c 'sleep 60; :' "$(printf '\\033]0;evil\\007\\nline')"`.replaceAll('$', () => '$$'),
	);
	const {out} = await vi.waitFor(async () => {
		const shown = await at.tsbox(['top', at.name]);
		expect(shown.out).toContain('evil');
		return shown;
	}, patience);
	expect(out).toContain('\\x1b]0;evil\\x07\\nline');
	expect(out).not.toMatch(/[\x1b\x07]/);
	await end(at, up);
});

test('in a user namespace a process has the uid that it sees itself', async () => {
	const range = rootRange();
	await using at = await testBox('mapped');
	const up = await started(at, 'exec sleep 62', 'user: app\n');
	const first = (await topOf(at)).find(({insidePid}) => insidePid === 1);
	expect(first).toMatchObject({uid: 1000, hostUid: range.start + 1000, command: ['sleep', '62']});
	expect((await statsOf(at))?.memory?.used).toBeGreaterThan(0);
	await end(at, up);
});

test("an ordinary user's container without a cgroup has its processes, and what cannot be counted is left open", async () => {
	await using at = await testBox({uid: 61_235, gid: 61_235});
	const up = await started(at, 'sleep 63 & wait');
	const all = await topOf(at);
	expect(all.map(({insidePid}) => insidePid)).toContain(1);
	expect(all.find(({command}) => command.join(' ') === 'sleep 63')).toMatchObject({uid: 0, hostUid: 61_235});
	expect(await statsOf(at)).toMatchObject({
		name: at.name,
		cpuPercent: null,
		memory: null,
		pids: null,
		block: null,
		network: {rxBytes: 0, txBytes: 0},
	});
	await end(at, up);
});

test('a stream is an array a line; it follows containers that come and go, and the signal is its end', async () => {
	await using at = await testBox();
	const stream = at.start(['stats', '--json']);
	await stream.says('[]\n');
	const up = await started(at, 'exec sleep 60');
	await stream.says(`"name":"${at.name}"`);
	await Promise.all([down(at, up), emptySample(stream.child)]);
	stream.child.kill('SIGINT');
	const {status, out, err} = await stream.ended;
	expect({status, err}).toEqual({status: 0, err: ''});
	const samples = out
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line) as readonly ContainerStats[]);
	expect(samples[0]).toEqual([]);
	expect(samples.at(-1)).toEqual([]);
	expect(new Set(samples.flat().map(({name}) => name))).toEqual(new Set([at.name]));
	expect(at.leftovers()).toEqual([]);
});

/** Waits until a stream, from now on, has a sample without containers. */
async function emptySample({stdout}: ChildProcess): Promise<void> {
	let text = '';
	stdout?.on('data', (chunk: string) => (text += chunk));
	await vi.waitFor(() => expect(text).toContain('[]\n'), patience);
}

test('a stream of a named container ends when that has ended, and any when its reader has gone', async () => {
	await using at = await testBox();
	const up = await started(at, 'exec sleep 60');
	const named = at.start(['stats', at.name]);
	const unread = at.start(['stats']);
	await Promise.all([named.says(at.name), unread.says(at.name)]);
	unread.child.stdout?.destroy();
	expect((await unread.ended).status).toBe(0);
	await down(at, up);
	const {status, out} = await named.ended;
	expect(status).toBe(0);
	expect(out.split('\n\n').length).toBeGreaterThan(1);
	expect(at.leftovers()).toEqual([]);
});

test('without a container there is a heading, or an empty array', async () => {
	await using at = await testBox();
	const [table, json] = await Promise.all([
		at.tsbox(['stats', '--no-stream']),
		at.tsbox(['stats', '--no-stream', '--json']),
	]);
	expect(table).toMatchObject({status: 0, err: ''});
	expect(table.out).toMatch(/^NAME .*\n$/);
	expect(json).toMatchObject({status: 0, out: '[]\n'});
});

test('a name that does not run is an error, said before anything is shown', async () => {
	await using at = await testBox();
	const up = await started(at, 'exec sleep 60');
	for (const words of [
		['stats', at.name, 'nosuch'],
		['stats', '--no-stream', 'nosuch'],
		['top', 'nosuch'],
	])
		expect(await at.tsbox(words)).toMatchObject({
			status: 125,
			out: '',
			err: expect.stringContaining('there is no container named nosuch') as string,
		});
	const json = await at.tsbox(['top', '--json', 'nosuch']);
	expect(JSON.parse(json.out)).toMatchObject({code: 'E_NO_SUCH_CONTAINER'});
	expect((await at.tsbox(['top'])).status).toBe(2);
	await end(at, up);
});
