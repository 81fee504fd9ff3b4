import type {ContainerProcess} from '../../container/observe/top.ts';
import {expect, test} from 'vitest';
import {processTable} from './process-table.ts';
import {redraw} from '../text/redraw.ts';
import {sampleStats} from '../../../test/support/sample-stats.ts';
import {statsTable} from './stats-table.ts';
import {theme} from '../text/theme.ts';

const look = {columns: 80, theme: theme(false), width: (text: string) => text.length};

test('usage has a line per container, with - for values the kernel does not report', () => {
	const bare = {
		...sampleStats,
		name: 'bare',
		cpuPercent: null,
		memory: null,
		pids: null,
		network: null,
		block: null,
		pressure: {cpu: null, memory: null},
	};
	const free = {
		...sampleStats,
		name: 'free',
		cpuPercent: 0,
		memory: {used: 512, limit: null, percent: 0},
		pids: {current: 1, limit: null},
		pressure: {cpu: 0.25, memory: null},
	};
	expect(statsTable([sampleStats, bare, free], look)).toMatchInlineSnapshot(`
		"NAME  CPU %   MEM USAGE / LIMIT  MEM %  PIDS / LIMIT  NET RX / TX    BLOCK READ / WRITE  CPU / MEM PRESSURE
		demo  12.50%  1.5 MiB / 64 MiB   2.34%  3 / 40        2 KiB / 100 B  4 KiB / 0 B         1.50% / 0.00%
		bare  -       -                  -      -             -              -                   -
		free  0.00%   512 B / -          0.00%  1 / -         2 KiB / 100 B  4 KiB / 0 B         0.25% / -
		"
	`);
});

const shell: ContainerProcess = {
	pid: 4321,
	insidePid: 1,
	ppid: 4320,
	uid: 0,
	hostUid: 100_000,
	cpuMs: 3_723_450,
	rss: 1_572_864,
	stat: 'Ss',
	name: 'sh',
	command: ['sh', '-c', 'echo \u001b[2J\nnext'],
};

test('processes have a line each, with hostile command lines escaped', () => {
	const outside = {...shell, pid: 4320, insidePid: null, cpuMs: 0, command: ['unshare']};
	const zombie = {
		...shell,
		pid: 4322,
		insidePid: 9,
		uid: null,
		cpuMs: 10,
		rss: 0,
		stat: 'Z',
		name: 'x\u0007',
		command: [],
	};
	expect(processTable([outside, shell, zombie], look)).toMatchInlineSnapshot(`
		"PID   INSIDE  PPID  UID  TIME      RSS      STAT  COMMAND
		4320  -       4320  0    0:00.00   1.5 MiB  Ss    unshare
		4321  1       4320  0    62:03.45  1.5 MiB  Ss    sh -c echo \\x1b[2J\\nnext
		4322  9       4320  -    0:00.01   0 B      Z     [x\\x07]
		"
	`);
});

test('a table is drawn over the previous one and erases its extra lines', () => {
	const screen = {columns: 5, rows: 24};
	const first = redraw('head\none\ntwo\n', 0, screen);
	expect(first).toEqual({bytes: '\x1b[Khead\n\x1b[Kone\n\x1b[Ktwo\n\x1b[J', lines: 3});
	expect(redraw('head\none\n', first.lines, screen)).toEqual({
		bytes: '\r\x1b[3A\x1b[Khead\n\x1b[Kone\n\x1b[J',
		lines: 2,
	});
});

test('text that would wrap or scroll is cut', () => {
	expect(redraw('a long head\none\ntwo\nthree\n', 0, {columns: 6, rows: 3})).toEqual({
		bytes: '\x1b[Ka long\n\x1b[Kone\n\x1b[J',
		lines: 2,
	});
});
