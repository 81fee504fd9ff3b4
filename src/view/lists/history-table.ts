import {bytes} from '../../spec/values/bytes.ts';
import {age} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';
import {shortDigest} from './images-table.ts';

/** A step of an image's history as `images history` shows it. */
export interface HistoryRow {
	/** The number of its layer; null for a step that made none. */
	readonly layer: number | null;
	readonly diffId: string | null;
	readonly bytes: number | null;
	/** Milliseconds since the epoch. */
	readonly created: number | null;
	readonly createdBy: string;
	readonly comment: string;
}

/** The characters of a command that are shown, as `docker history` has them. */
const shortCommand = 45;

/** One line per step. `whole` shows digests and commands at their length. `now` is in ms since the epoch. */
export function historyTable(
	steps: readonly HistoryRow[],
	now: number,
	{width, fit}: Pick<Look, 'width' | 'fit'>,
	whole: boolean,
): string {
	const rows = steps.map(({layer, diffId, bytes: size, created, createdBy, comment}) => {
		const command = commandWords(createdBy);
		return [
			layer === null ? '-' : String(layer),
			diffId === null ? '-' : whole ? diffId : shortDigest(diffId),
			size === null ? '-' : bytes(size),
			created === null ? '-' : `${age(now - created)} ago`,
			escapeText(whole || command.length <= shortCommand ? command : `${command.slice(0, shortCommand - 3)}...`),
			escapeText(comment),
		];
	});
	const header = ['LAYER', 'DIFF ID', 'SIZE', 'CREATED', 'CREATED BY', 'COMMENT'];
	// The command is why people look.
	return table([header, ...rows], width, {columns: whole ? undefined : fit, order: [5, 3, 1]});
}

/** A command without what the builders put around it: `/bin/sh -c #(nop)  CMD ["x"]` is `CMD ["x"]`. */
export function commandWords(createdBy: string): string {
	return createdBy
		.replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
		.replace(/^\/bin\/sh -c /, 'RUN ')
		.replace(/\s*# buildkit$/, '')
		.replaceAll(/\s+/g, ' ');
}
