import type {ContainerSummary} from '../../../container/observe/list.ts';
import {bytes} from '../../../spec/values/bytes.ts';
import {age} from '../../../view/text/duration.ts';
import {escapeText} from '../../../view/text/escape.ts';
import {bar, type Glyphs} from '../../../view/text/glyphs.ts';
import {type Span, span, type Tone} from '../../draw/line.ts';
import {type ColumnName, isLive, type ListFacts} from './rows.ts';

/** A column of the overview. */
export interface Column {
	readonly name: ColumnName;
	readonly title: string;
	/** Minimum width. Spare room goes to columns below their maximum width. */
	readonly least: number;
	readonly most: number;
	readonly side: 'left' | 'right';
	/** The columns with the highest rank are removed first if there is no room. */
	readonly rank: number;
	readonly cell: (
		container: ContainerSummary,
		facts: ListFacts,
		look: {readonly now: number; readonly glyphs: Glyphs},
	) => Span;
}

const none = span('-', 'quiet');
const barWidth = 6;

/** All columns in their standard order. */
export const columns: readonly Column[] = [
	{
		name: 'name',
		title: 'NAME',
		least: 14,
		most: 40,
		side: 'left',
		rank: -1,
		cell: ({name}) => span(escapeText(name), 'strong'),
	},
	{name: 'state', title: 'STATE', least: 12, most: 12, side: 'left', rank: 0, cell: stateCell},
	{name: 'health', title: 'HEALTH', least: 11, most: 11, side: 'left', rank: 2, cell: healthCell},
	{
		name: 'restarts',
		title: 'RESTARTS',
		least: 8,
		most: 8,
		side: 'right',
		rank: 6,
		cell: ({restarts}) => (restarts === undefined ? none : span(String(restarts), restarts > 0 ? 'warning' : 'plain')),
	},
	{
		name: 'cpu',
		title: 'CPU %',
		least: 6,
		most: 6,
		side: 'right',
		rank: 1,
		cell: (container, facts) => {
			const percent = facts.samples.get(container.name)?.cpuPercent ?? null;
			return percent === null ? none : span(percent.toFixed(1), percent >= 80 ? 'warning' : 'plain');
		},
	},
	{name: 'memory', title: 'MEM / LIMIT', least: 18, most: 26, side: 'left', rank: 1, cell: memoryCell},
	{
		name: 'pids',
		title: 'PIDS',
		least: 5,
		most: 5,
		side: 'right',
		rank: 5,
		cell: (container, facts) => {
			const pids = facts.samples.get(container.name)?.pids ?? null;
			return pids === null ? none : span(String(pids));
		},
	},
	{
		name: 'net',
		title: 'NET RX/TX /s',
		least: 15,
		most: 15,
		side: 'left',
		rank: 4,
		cell: (container, facts) => {
			const sample = facts.samples.get(container.name);
			return rates(sample?.rxRate, sample?.txRate);
		},
	},
	{
		name: 'block',
		title: 'BLOCK R/W /s',
		least: 15,
		most: 15,
		side: 'left',
		rank: 7,
		cell: (container, facts) => {
			const sample = facts.samples.get(container.name);
			return rates(sample?.readRate, sample?.writeRate);
		},
	},
	{
		name: 'uptime',
		title: 'UPTIME',
		least: 10,
		most: 10,
		side: 'left',
		rank: 3,
		cell: (container, _, {now}) => (isLive(container) ? span(age(Math.max(0, now - container.started))) : none),
	},
	{
		name: 'ports',
		title: 'PORTS',
		least: 8,
		most: 24,
		side: 'left',
		rank: 8,
		cell: ({name}, {ports}) => {
			const text = ports.get(name) ?? '';
			return text === '' ? none : span(escapeText(text));
		},
	},
	{
		name: 'image',
		title: 'IMAGE',
		least: 16,
		most: 48,
		side: 'left',
		rank: 9,
		cell: ({image}) => span(escapeText(image), 'quiet'),
	},
	{
		name: 'command',
		title: 'COMMAND',
		least: 16,
		most: 60,
		side: 'left',
		rank: 10,
		cell: ({command}) => span(escapeText(command.join(' ')), 'quiet'),
	},
];

function stateSign(state: string, exitCode: number | null | undefined, glyphs: Glyphs): readonly [string, Tone] {
	if (state === 'running') return [glyphs.isAscii ? '*' : '●', 'ok'];
	if (state === 'paused') return [glyphs.isAscii ? '=' : '‖', 'warning'];
	if (state === 'created') return [glyphs.waiting, 'accent'];
	if (state === 'exited' && (exitCode ?? 0) === 0) return [glyphs.isAscii ? 'o' : '○', 'quiet'];
	return [glyphs.failed, 'failed'];
}

function stateCell({state, exitCode}: ContainerSummary, _: ListFacts, {glyphs}: {readonly glyphs: Glyphs}): Span {
	const [sign, tone] = stateSign(state, exitCode, glyphs);
	return span(`${sign} ${state === 'exited' ? `exited ${exitCode ?? ''}` : state}`, tone);
}

function healthCell({health = 'none'}: ContainerSummary, _: ListFacts, {glyphs}: {readonly glyphs: Glyphs}): Span {
	if (health === 'healthy') return span(`${glyphs.done} healthy`, 'ok');
	if (health === 'unhealthy') return span(`${glyphs.failed} unhealthy`, 'failed');
	return health === 'starting' ? span(`${glyphs.waiting} starting`, 'accent') : none;
}

function memoryCell({name}: ContainerSummary, facts: ListFacts, {glyphs}: {readonly glyphs: Glyphs}): Span {
	const {memoryUsed = null, memoryLimit = null} = facts.samples.get(name) ?? {};
	if (memoryUsed === null) return none;
	const used = short(memoryUsed);
	if (memoryLimit === null) return span(used);
	const part = Math.min(1, memoryUsed / memoryLimit);
	return span(
		`${bar(part, barWidth, glyphs)} ${used}/${short(memoryLimit)}`,
		part >= 0.9 ? 'failed' : part >= 0.75 ? 'warning' : 'plain',
	);
}

function rates(into: number | null | undefined, out: number | null | undefined): Span {
	if (into == null && out == null) return none;
	const quiet = (into ?? 0) + (out ?? 0) === 0;
	return span(`${short(into ?? 0)}/${short(out ?? 0)}`, quiet ? 'quiet' : 'plain');
}

/** Bytes in short form: `1.5M`, `100M`, `0`. */
function short(count: number): string {
	return count < 1 ? '0' : bytes(count).replace(/ (.).*$/, '$1');
}
