import {bytes} from '../../spec/values/bytes.ts';
import {plural} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';

interface FileCount {
	readonly files: number;
	readonly bytes: number;
}

/** What differs between two images, as `images diff` shows it. */
export interface ShownDifference {
	readonly changes: readonly {
		readonly change: 'A' | 'C' | 'D';
		readonly path: string;
		readonly isFile: boolean;
		readonly what: readonly string[];
		readonly before: number | null;
		readonly after: number | null;
	}[];
	readonly added: FileCount;
	readonly changed: FileCount;
	readonly removed: FileCount;
}

/** A line for each path that differs, and a sum. Paths stay whole. */
export function imageDiffText(
	{changes, added, changed, removed}: ShownDifference,
	{width}: Pick<Look, 'width'>,
): string {
	const rows = changes.map(({change, path, isFile, what, before, after}) => {
		const sizes = change === 'C' && before !== after ? [before, after] : [change === 'D' ? before : after];
		const size = isFile ? sizes.map(each => bytes(each ?? 0)).join(' -> ') : '';
		return [change, size, what.join(','), escapeText(path)];
	});
	const sum = (word: string, {files, bytes: count}: FileCount): string =>
		`${plural(files, 'file')} ${word} (${bytes(count)})`;
	const total = [sum('added', added), sum('changed', changed), sum('removed', removed)].join(', ');
	return `${table(rows, width)}${rows.length === 0 ? '' : '\n'}${total}\n`;
}
