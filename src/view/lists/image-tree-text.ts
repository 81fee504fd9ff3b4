import {bytes} from '../../spec/values/bytes.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';
import {plural} from '../text/duration.ts';
import {commandWords} from './history-table.ts';
import {shortDigest} from './images-table.ts';

interface FileCount {
	readonly files: number;
	readonly bytes: number;
}

/** A path that a layer adds, changes, or removes. */
export interface ShownChange {
	readonly change: 'A' | 'C' | 'D';
	readonly path: string;
	readonly kind: 'folder' | 'file';
	readonly bytes: number;
	readonly below: readonly ShownChange[];
}

/** What each layer of an image does, as `images tree` shows it. */
export interface ShownTree {
	readonly bytes: number;
	readonly wasted: number;
	readonly layers: readonly {
		readonly layer: number;
		readonly diffId: string;
		readonly createdBy: string;
		readonly added: FileCount;
		readonly changed: FileCount;
		readonly removed: FileCount;
		readonly hidden: number;
		readonly changes: readonly ShownChange[];
	}[];
	readonly wastedPaths: readonly {readonly path: string; readonly copies: number; readonly bytes: number}[];
}

/** How many wasted paths a person wants to see. */
const mostWasted = 10;

/** The layers of an image with their files, and what is wasted. */
export function imageTreeText(tree: ShownTree, {width, columns}: Pick<Look, 'width' | 'columns'>): string {
	const layers = tree.layers.map(layer => {
		const head = `layer ${layer.layer}  ${shortDigest(layer.diffId)}  ${commandWords(layer.createdBy)}`;
		const rows = flat(layer.changes).map(({change, path, kind, bytes: size}) => [
			`  ${change}`,
			bytes(size),
			// Folders have a slash, so that nobody looks for a file.
			escapeText(`${path}${kind === 'folder' ? '/' : ''}`),
		]);
		const cutHead = escapeText(head.length > columns ? `${head.slice(0, columns - 3)}...` : head);
		return `${cutHead}\n  ${effectWords(layer)}\n${table(rows, width)}`;
	});
	const paths = tree.wastedPaths
		.slice(0, mostWasted)
		.map(({path, copies, bytes: size}) => [`  ${bytes(size)}`, `${copies}x`, escapeText(path)]);
	return [...layers, `${wasteWords(tree)}\n${table(paths, width)}`].join('\n');
}

/** What a layer does in one line: `120 files added (12 MiB), 1 file removed (3 KiB)`. */
function effectWords({
	added,
	changed,
	removed,
	hidden,
}: Omit<ShownTree['layers'][number], 'changes' | 'createdBy' | 'diffId' | 'layer'>): string {
	const words = [
		['added', added],
		['changed', changed],
		['removed', removed],
	] as const;
	const told = words.flatMap(([word, {files, bytes: size}]) =>
		files === 0 ? [] : [`${plural(files, 'file')} ${word} (${bytes(size)})`],
	);
	const waste = hidden === 0 ? [] : [`${bytes(hidden)} of lower layers wasted`];
	return [...(told.length === 0 ? ['no files'] : told), ...waste].join(', ');
}

/** How much of an image nobody sees: `3 MiB of 120 MiB are wasted (2.5 %)`. */
function wasteWords({bytes: all, wasted}: Pick<ShownTree, 'bytes' | 'wasted'>): string {
	if (wasted === 0) return 'nothing is wasted';
	return `${bytes(wasted)} of ${bytes(all)} are wasted (${Number(((100 * wasted) / Math.max(1, all)).toFixed(1))} %)`;
}

function flat(changes: readonly ShownChange[]): readonly ShownChange[] {
	return changes.flatMap(change => [change, ...flat(change.below)]);
}
