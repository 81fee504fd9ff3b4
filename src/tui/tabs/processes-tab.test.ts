import type {ContainerProcess} from '../../container/observe/top.ts';
import {expect, test} from 'vitest';
import {processAt, processesTab} from './processes-tab.ts';
import {processTree} from './process-tree.ts';
import {plainText, sampleFrame, sampleNow, textsIn} from '../../../test/support/sample-frame.ts';

function process(pid: number, ppid: number, rest: Partial<ContainerProcess> = {}): ContainerProcess {
	return {
		pid,
		insidePid: pid - 4000,
		ppid,
		uid: 0,
		hostUid: 100_000,
		cpuMs: 1500,
		rss: 3_145_728,
		stat: 'S',
		name: 'sh',
		command: ['sh', `-c`, `work ${pid}`],
		...rest,
	};
}

const processes = [
	process(4000, 900, {insidePid: null, stat: 'Ss', command: ['unshare', '--fork']}),
	process(4001, 4000, {command: ['/dev/init', '--', 'nginx']}),
	process(4010, 4001, {uid: 33, cpuMs: 62_000, command: ['nginx: worker']}),
	process(4007, 4001),
	process(4012, 4007, {uid: null, command: [], name: 'defunct\u001b[2J', stat: 'Z', rss: 0}),
	process(4020, 3999, {command: ['sh']}),
];
const now = {at: sampleNow, processes};
const before = {
	at: sampleNow - 2000,
	processes: processes.slice(0, 3).map(each => ({...each, cpuMs: each.cpuMs - 500})),
};

function draw(columns: number, locale?: string): string {
	return plainText(processesTab(now, before, {cursor: 1}, sampleFrame(columns, 24, locale)).lines);
}

test('processes are below their parents, with their resource use', () => {
	expect(draw(80)).toMatchInlineSnapshot(`
		"  PID  HOST  USER  CPU %    RSS     TIME  STAT  COMMAND
		    -  4000     0   25.0  3 MiB  0:01.50  Ss    unshare --fork
		>   1  4001     0   25.0  3 MiB  0:01.50  S     └─ /dev/init -- nginx
		    7  4007     0      -  3 MiB  0:01.50  S        ├─ sh -c work 4007
		   12  4012     -      -    0 B  0:01.50  Z        │  └─ [defunct\\x1b[2J]
		   10  4010    33   25.0  3 MiB  1:02.00  S        └─ nginx: worker
		   20  4020     0      -  3 MiB  0:01.50  S     sh"
	`);
});

test('without a UTF-8 locale the tree is ASCII', () => {
	const text = draw(120, 'C');
	expect(text).toMatch(/^[\n\x20-\x7e]*$/);
	expect(text).toMatchInlineSnapshot(`
		"  PID  HOST  USER  CPU %    RSS     TIME  STAT  COMMAND
		    -  4000     0   25.0  3 MiB  0:01.50  Ss    unshare --fork
		>   1  4001     0   25.0  3 MiB  0:01.50  S     \`- /dev/init -- nginx
		    7  4007     0      -  3 MiB  0:01.50  S        |- sh -c work 4007
		   12  4012     -      -    0 B  0:01.50  Z        |  \`- [defunct\\x1b[2J]
		   10  4010    33   25.0  3 MiB  1:02.00  S        \`- nginx: worker
		   20  4020     0      -  3 MiB  0:01.50  S     sh"
	`);
});

test('the selected row is marked and has the focus, even if there are fewer processes than before', () => {
	const body = processesTab(now, before, {cursor: 99}, sampleFrame());
	expect(body.focus).toBe(6);
	expect(textsIn(body.lines, 'cursor').join('')).toContain('> ');
	expect(processAt(now, 3)?.pid).toBe(4012);
	expect(processAt(now, 99)).toBeUndefined();
});

test('a reused PID gives no CPU percentage', () => {
	const other = {at: before.at, processes: [process(4010, 1, {cpuMs: 90_000})]};
	expect(plainText(processesTab(now, other, {cursor: 0}, sampleFrame()).lines)).not.toMatch(/\d\.\d +\d.* MiB/);
});

test('a container without processes has a message', () => {
	expect(plainText(processesTab({at: 0, processes: []}, undefined, {cursor: 0}, sampleFrame()).lines)).toBe(
		'no process runs in it',
	);
});

test('a cycle of parents and a very deep tree are drawn, with each process once', () => {
	const circle = [process(1, 2), process(2, 1), process(3, 3)];
	expect(processTree(circle, {isAscii: true}).map(row => row.process.pid)).toEqual([1, 2, 3]);
	const deep = Array.from({length: 30_000}, (_, index) => process(index + 2, index + 1));
	const rows = processTree(deep, {isAscii: true});
	expect(rows).toHaveLength(30_000);
	expect(Math.max(...rows.map(({branch}) => branch.length))).toBeLessThan(60);
});
