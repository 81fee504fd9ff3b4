import type {ConfigEntry} from '../../container/machine/observed.ts';
import {plural} from '../../view/text/duration.ts';
import {escapeText} from '../../view/text/escape.ts';
import {type Body, type Frame, line} from '../draw/line.ts';
import {type Cell, columnLines} from './columns.ts';

/** Only entries that contain the filter are shown, ignoring case; empty for all. */
export interface ConfigState {
	readonly filter: string;
}

const header = ['KEY', 'VALUE', 'FROM'];

/** The configuration of a container: each value with its origin. */
export function configTab(entries: readonly ConfigEntry[], {filter}: ConfigState, frame: Frame): Body {
	const wanted = filter.toLowerCase();
	const isWanted = (text: string): boolean => wanted !== '' && text.toLowerCase().includes(wanted);
	const shown = entries.filter(({key, value, origin}) => wanted === '' || [key, value, origin].some(isWanted));
	const words =
		wanted === ''
			? plural(entries.length, 'value')
			: `${shown.length} of ${plural(entries.length, 'value')} with "${escapeText(filter)}"`;
	const cell = (text: string, tone: Cell['tone']): Cell => ({
		text: escapeText(text),
		tone: isWanted(text) ? 'match' : (tone ?? 'plain'),
	});
	const head = header.map((text): Cell => ({text, tone: 'quiet'}));
	const rows = shown.map(({key, value, origin}) => [
		cell(key, 'strong'),
		cell(value, 'plain'),
		origin === '' ? {text: '-'} : cell(origin, 'quiet'),
	]);
	const limits = [Math.floor(frame.columns * 0.35), Math.floor(frame.columns * 0.4)];
	return {
		lines: [line(words, 'quiet'), ...(rows.length === 0 ? [] : columnLines([head, ...rows], {...frame, limits}))],
	};
}
