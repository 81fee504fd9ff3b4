import {expect, test} from 'vitest';
import {idMapRows, insideId, pidDepth, processFacts} from './process-fields.ts';

/** A stat line of process 42: fields 3 to 8, then 14, 15, 19, and 20. */
function statLine(name: string, first: string, user = 0, system = 0, nice = 0, threads = 1): string {
	return `42 (${name}) ${first} 9 9 9 9 9 ${user} ${system} 9 9 20 ${nice} ${threads} 0 777 0\n`;
}

const status =
	'Name:\tsleep\nUid:\t100005\t100007\t100005\t100005\nNSpid:\t42\t7\nVmLck:\t       0 kB\nVmRSS:\t    1024 kB\n';
const identity = '         0          0 4294967295\n';

test('parses a process, whatever characters its name has', () => {
	const stat = statLine('a) b (c', 'S 41 42 42 0 -1', 150, 50);
	expect(processFacts({stat, status, cmdline: 'sleep\x0060\0', uidMap: '0 100000 65536\n'}, 2)).toEqual({
		pid: 42,
		insidePid: 7,
		ppid: 41,
		uid: 7,
		hostUid: 100_007,
		cpuMs: 2000,
		rss: 1_048_576,
		stat: 'Ss',
		name: 'a) b (c',
		command: ['sleep', '60'],
	});
});

test.each([
	['R 1 9 9 0 -1', [0, 1] as const, 'R'],
	['S 1 9 9 34816 9', [0, 3] as const, 'Sl+'],
	['D 1 9 9 0 -1', [-5, 1] as const, 'D<'],
	['T 1 42 42 34816 42', [19, 1] as const, 'TNs+'],
])('STAT of %s with nice and threads %j is %s', (fields, [nice, threads], word) => {
	const stat = statLine('x', fields, 0, 0, nice, threads);
	expect(processFacts({stat, status, cmdline: '', uidMap: identity}, 1)?.stat).toBe(word);
});

test('marks a process with locked memory', () => {
	const locked = status.replace('VmLck:\t       0', 'VmLck:\t       4');
	expect(processFacts({stat: statLine('x', 'S 1 9 9 0 -1'), status: locked, cmdline: '', uidMap: ''}, 1)?.stat).toBe(
		'SL',
	);
});

test("the inside pid is the one in the container's namespace, also for nested namespaces; null outside", () => {
	const stat = statLine('x', 'S 1 9 9 0 -1');
	const inside = (pids: string) =>
		processFacts({stat, status: status.replace('42\t7', pids), cmdline: '', uidMap: identity}, 2)?.insidePid;
	expect(inside('42\t7')).toBe(7);
	expect(inside('42\t7\t1')).toBe(7);
	expect(inside('42')).toBeNull();
	expect(pidDepth(status)).toBe(2);
	expect(pidDepth('Name:\tx\n')).toBe(0);
});

test('a zombie has neither memory nor a command line; a malformed text is undefined', () => {
	const zombie = 'Name:\tsh\nUid:\t0\t0\t0\t0\nNSpid:\t42\t7\n';
	const stat = statLine('sh', 'Z 1 9 9 0 -1');
	expect(processFacts({stat, status: zombie, cmdline: '', uidMap: identity}, 2)).toMatchObject({
		stat: 'Z',
		rss: 0,
		command: [],
		name: 'sh',
	});
	for (const text of ['', 'x', '42 (sh', '42 (sh) S 1\n'])
		expect(processFacts({stat: text, status: zombie, cmdline: '', uidMap: identity}, 2)).toBeUndefined();
});

test('an id is looked up in all rows of the map, and is null when no row has it', () => {
	const rows = idMapRows('         0       1000          1\n         1     100000      65536\n');
	expect(rows).toEqual([
		{inside: 0, outside: 1000, count: 1},
		{inside: 1, outside: 100_000, count: 65_536},
	]);
	expect([1000, 100_000, 165_535, 165_536, 0].map(id => insideId(rows, id))).toEqual([0, 1, 65_536, null, null]);
});
