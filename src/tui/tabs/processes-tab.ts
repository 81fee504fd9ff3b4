import type {ContainerProcess} from '../../container/observe/top.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {escapeText} from '../../view/text/escape.ts';
import {commandWords, cpuTime} from '../../view/lists/process-table.ts';
import {type Body, type Frame, line} from '../draw/line.ts';
import {type Cell, columnLines} from './columns.ts';
import {processTree} from './process-tree.ts';

/** The processes of a container, and when they were read, ms since the epoch. */
export interface ProcessReading {
	readonly at: number;
	readonly processes: readonly ContainerProcess[];
}

/** Row of the selected process, from 0. */
export interface ProcessesState {
	readonly cursor: number;
}

const header = ['PID', 'HOST', 'USER', 'CPU %', 'RSS', 'TIME', 'STAT', 'COMMAND'];

/** The processes of a container as a tree. CPU % covers the time since the previous reading; `-` without one. */
export function processesTab(
	now: ProcessReading,
	before: ProcessReading | undefined,
	{cursor}: ProcessesState,
	frame: Frame,
): Body {
	const rows = processTree(now.processes, frame.glyphs);
	if (rows.length === 0) return {lines: [line('no process runs in it', 'quiet')]};
	const at = Math.min(Math.max(0, cursor), rows.length - 1);
	const cells = rows.map(({process, branch}): readonly Cell[] => [
		right(process.insidePid ?? '-'),
		right(process.pid),
		right(process.uid ?? '-'),
		right(cpuPercent(process, now, before)),
		right(bytes(process.rss)),
		right(cpuTime(process.cpuMs)),
		{text: escapeText(process.stat)},
		{text: branch + commandWords(process)},
	]);
	const head = header.map((text, index): Cell => ({text, tone: 'quiet', side: index < 6 ? 'right' : 'left'}));
	return {lines: columnLines([head, ...cells], {...frame, cursor: at + 1}), focus: at + 1};
}

/** The process in a row of {@link processesTab}; undefined if there is none. */
export function processAt({processes}: ProcessReading, cursor: number): ContainerProcess | undefined {
	return processTree(processes, {isAscii: true})[cursor]?.process;
}

function right(value: number | string): Cell {
	return {text: String(value), side: 'right'};
}

/** Percent of one processor. A process with less CPU time than before is another process with a reused PID. */
function cpuPercent({pid, cpuMs}: ContainerProcess, now: ProcessReading, before: ProcessReading | undefined): string {
	const last = before?.processes.find(process => process.pid === pid);
	const ms = now.at - (before?.at ?? now.at);
	if (last === undefined || ms <= 0 || cpuMs < last.cpuMs) return '-';
	return (((cpuMs - last.cpuMs) / ms) * 100).toFixed(1);
}
