import type {ContainerProcess} from '../../container/observe/top.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';

const header = ['PID', 'INSIDE', 'PPID', 'UID', 'TIME', 'RSS', 'STAT', 'COMMAND'];
/** The order in which columns are dropped on a narrow terminal: PPID first, COMMAND last. */
const goFirst = [2, 3, 6, 1, 4, 5, 7];

/** One line per process of a container. */
export function processTable(processes: readonly ContainerProcess[], {width, fit}: Look): string {
	const rows = processes.map(process => [
		String(process.pid),
		String(process.insidePid ?? '-'),
		String(process.ppid),
		String(process.uid ?? '-'),
		cpuTime(process.cpuMs),
		bytes(process.rss),
		process.stat,
		commandWords(process),
	]);
	return table([header, ...rows], width, {columns: fit, order: goFirst});
}

/** Minutes, seconds and hundredths, like TIME+ of top(1). */
export function cpuTime(ms: number): string {
	const hundredths = Math.floor(ms / 10);
	const two = (number: number): string => String(number).padStart(2, '0');
	return `${Math.floor(hundredths / 6000)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}

/** The escaped command line of a process, or its name in brackets without one, like ps(1). */
export function commandWords({command, name}: ContainerProcess): string {
	return escapeText(command.length === 0 ? `[${name}]` : command.join(' '));
}
