import type {ContainerProcess} from '../../container/observe/top.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';

const header = ['PID', 'INSIDE', 'PPID', 'UID', 'TIME', 'RSS', 'STAT', 'COMMAND'];
/** From the parent's number on; the command goes last. */
const goFirst = [2, 3, 6, 1, 4, 5, 7];

/** The processes of a container, a line each. */
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

/** Minutes, seconds and hundredths, as TIME+ of top(1). */
export function cpuTime(ms: number): string {
	const hundredths = Math.floor(ms / 10);
	const two = (number: number): string => String(number).padStart(2, '0');
	return `${Math.floor(hundredths / 6000)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}

/** The command of a process, escaped; one without a command line has its name in brackets, as in ps(1). */
export function commandWords({command, name}: ContainerProcess): string {
	return escapeText(command.length === 0 ? `[${name}]` : command.join(' '));
}
