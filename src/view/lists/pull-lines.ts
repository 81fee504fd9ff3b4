import {bytes} from '../../spec/values/bytes.ts';
import {shortDigest} from './images-table.ts';

/** A layer to fetch. */
export interface PulledLayer {
	/** Digest of its blob. */
	readonly digest: string;
	/** Bytes of its blob. */
	readonly size: number;
}

/** How far a layer is. */
export interface PulledState {
	readonly state: 'waiting' | 'fetching' | 'fetched' | 'unpacking' | 'done';
	/** Bytes of the blob that were fetched or unpacked. */
	readonly done: number;
	readonly total: number;
}

const words = {
	waiting: 'waits',
	fetching: 'fetching',
	fetched: 'fetched',
	unpacking: 'unpacking',
	done: 'done',
} as const;

/** A line for each layer with a bar, for a terminal of so many columns. */
export function pullLines(
	layers: readonly PulledLayer[],
	states: readonly PulledState[],
	columns: number,
): readonly string[] {
	return layers.map(({digest, size}, at) => {
		const {state = 'waiting', done = 0} = states[at] ?? {};
		const part = size === 0 || state === 'done' || state === 'fetched' ? 1 : Math.min(1, done / size);
		const head = `${shortDigest(digest)}  ${words[state].padEnd(9)}`;
		const moves = state === 'fetching' || state === 'unpacking';
		const tail = moves ? `${bytes(done)} of ${bytes(size)}` : bytes(size);
		const room = Math.min(30, columns - head.length - tail.length - 4);
		if (!moves || room < 5) return `${head}  ${tail}`;
		const full = Math.round(part * room);
		return `${head}  ${'#'.repeat(full)}${'.'.repeat(room - full)}  ${tail}`;
	});
}

/** A line for each layer that got to another state, for a pipe. */
export function pullNews(
	layers: readonly PulledLayer[],
	before: readonly PulledState[],
	now: readonly PulledState[],
): readonly string[] {
	return layers.flatMap(({digest, size}, at) => {
		const {state = 'waiting'} = now[at] ?? {};
		const isNews = state !== (before[at]?.state ?? 'waiting') && state !== 'waiting';
		return isNews
			? [`layer ${at + 1} of ${layers.length} ${shortDigest(digest)} ${words[state]} (${bytes(size)})`]
			: [];
	});
}
