import {bytes} from '../../spec/values/bytes.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';
import {imageTitle, shortDigest} from './images-table.ts';

/** What the store takes, as `du` shows it. */
export interface ShownUse {
	readonly store: string;
	readonly bytes: number;
	readonly rows: readonly {
		readonly kind: string;
		readonly count: number;
		readonly active: number;
		readonly bytes: number;
		readonly reclaimable: number;
		readonly command: string | null;
		readonly unread: boolean;
	}[];
	readonly images: readonly {
		readonly names: readonly string[];
		readonly digest: string;
		readonly bytes: number;
		readonly shared: number;
		readonly unique: number;
		readonly usedBy: readonly string[];
	}[];
}

/** One line for each kind of thing, and with `images` one for each image. `more than` marks what could not be read in full. */
export function diskUseTable(use: ShownUse, {width, fit}: Pick<Look, 'width' | 'fit'>, images: boolean): string {
	const size = (count: number, unread: boolean): string => `${unread ? 'more than ' : ''}${bytes(count)}`;
	const rows = use.rows.map(({kind, count, active, bytes: all, reclaimable, command, unread}) => [
		kind,
		String(count),
		String(active),
		size(all, unread),
		size(reclaimable, unread),
		reclaimable === 0 || command === null ? '-' : command,
	]);
	const total = [
		'total',
		'',
		'',
		size(
			use.bytes,
			use.rows.some(({unread}) => unread),
		),
		'',
		'',
	];
	const whole = table([['KIND', 'COUNT', 'IN USE', 'SIZE', 'RECLAIMABLE', 'BY'], ...rows, total], width, {
		columns: fit,
	});
	if (!images) return whole;
	const each = use.images.map(({names, digest, bytes: all, shared, unique, usedBy}) => [
		names.length === 0 ? '<none>' : names.map(name => imageTitle(name)).join(' '),
		shortDigest(digest),
		bytes(all),
		bytes(shared),
		bytes(unique),
		usedBy.length === 0 ? '-' : usedBy.map(escapeText).join(','),
	]);
	return `${whole}\n${table([['IMAGE', 'DIGEST', 'SIZE', 'SHARED', 'UNIQUE', 'USED BY'], ...each], width, {columns: fit})}`;
}
