import type {StepTexts} from '../container/start/step-snapshots.ts';
import type {Host} from '../host/host.ts';
import {type Change, changes} from '../kernel/snapshot-changes.ts';
import {type Snapshot, snapshotOf} from '../kernel/snapshot.ts';
import type {SnapshotTexts} from '../kernel/snapshot-texts.ts';
import {invalid, readRunJson} from './read-run.ts';
import {runFiles} from './run-record.ts';
import {isObject} from './run-shape.ts';

/** What the kernel showed after a step, and what changed since the snapshot before. */
export interface StepSnapshot {
	/** The id of the step; null before the first step. */
	readonly step: string | null;
	readonly snapshot: Snapshot;
	readonly changes: readonly Change[];
}

/**
 * The content of `snapshots.json`. Each line of a text is stored once, and each frame has only the texts that differ from the frame
 * before: the numbers of their lines, or null for a text that is gone.
 */
interface PackedSnapshots {
	readonly schema: 1;
	readonly lines: readonly string[];
	readonly frames: readonly {
		readonly step: string | null;
		readonly texts: Readonly<Record<string, readonly number[] | null>>;
	}[];
}

/** Limits for a file that may come from anybody, far above what tsbox writes: frames, and characters of all texts together. */
const [mostFrames, mostCharacters] = [1000, 64 * 1024 * 1024];

/** Packs what the kernel showed after each step. */
export function packSnapshots(snapshots: readonly StepTexts[]): PackedSnapshots {
	const numbers = new Map<string, number>();
	const numberOf = (line: string): number => {
		const number = numbers.get(line) ?? numbers.size;
		numbers.set(line, number);
		return number;
	};
	let before: SnapshotTexts = {};
	const frames = snapshots.map(({step, texts}) => {
		const gone = Object.keys(before).filter(key => texts[key] === undefined);
		const changed = Object.entries(texts).filter(([key, text]) => before[key] !== text);
		before = texts;
		return {
			step,
			texts: Object.fromEntries([
				...gone.map(key => [key, null] as const),
				...changed.map(([key, text]) => [key, text.split('\n').map(numberOf)] as const),
			]),
		};
	});
	return {schema: 1, lines: [...numbers.keys()], frames};
}

/**
 * Reads what the kernel showed after each step of a run; empty for a record of an older version.
 *
 * @throws TsboxError E_RUN_INVALID.
 */
export function readSnapshots(host: Host, folder: string): readonly StepSnapshot[] {
	if (host.lstat(`${folder}/${runFiles.snapshots}`) === undefined) return [];
	const value = readRunJson(host, folder, runFiles.snapshots);
	const refuse = (why: string, hint?: string) => invalid(folder, `${runFiles.snapshots} ${why}`, hint);
	if (isObject(value) && typeof value['schema'] === 'number' && value['schema'] > 1)
		throw refuse(`was made by a newer tsbox (schema ${value['schema']})`, 'update tsbox');
	if (!isPacked(value)) throw refuse('is not a list of snapshots');
	let texts: SnapshotTexts = {};
	let before: Snapshot | undefined;
	return value.frames.map(frame => {
		const changed = Object.entries(frame.texts).map(([key, rows]) => [
			key,
			rows?.map(row => value.lines[row]).join('\n'),
		]);
		texts = {...texts, ...(Object.fromEntries(changed) as SnapshotTexts)};
		const snapshot = snapshotOf(texts);
		const differs = before === undefined ? [] : changes(before, snapshot);
		before = snapshot;
		return {step: frame.step, snapshot, changes: differs};
	});
}

function isPacked(value: unknown): value is PackedSnapshots {
	if (!isObject(value)) return false;
	const {schema, lines, frames} = value;
	if (schema !== 1 || !Array.isArray(lines) || !lines.every(line => typeof line === 'string')) return false;
	if (!Array.isArray(frames) || frames.length > mostFrames) return false;
	let characters = 0;
	const isRow = (row: unknown): boolean => {
		const line: unknown = typeof row === 'number' ? lines[row] : undefined;
		// Each frame may show a text again that an earlier one has.
		characters += typeof line === 'string' ? (line.length + 1) * frames.length : 0;
		return typeof line === 'string' && characters <= mostCharacters;
	};
	const isText = (rows: unknown): boolean => rows === null || (Array.isArray(rows) && rows.every(isRow));
	return frames.every(
		frame =>
			isObject(frame) &&
			(frame['step'] === null || typeof frame['step'] === 'string') &&
			isObject(frame['texts']) &&
			Object.values(frame['texts']).every(isText),
	);
}
