import type {LayerFile} from '../container/copy/layer-files.ts';
import type {Host} from '../host/host.ts';
import {firstDifference, type ByteDifference} from './first-difference.ts';
import {openRun, type OpenRun} from './open-run.ts';
import type {RunsMachine} from './list-runs.ts';
import {readRunFiles, readRunJson} from './read-run.ts';
import {contentFile, runFiles, type RunRecord, type RunStep} from './run-record.ts';

/** A value that differs between two runs; undefined in a run without it. */
export interface ValueDifference {
	readonly what: string;
	readonly before: unknown;
	readonly after: unknown;
}

/** A path of the writable layer that differs between two runs. */
export interface FileDifference {
	readonly path: string;
	readonly before: LayerFile | null;
	readonly after: LayerFile | null;
	/** Offset of the first different byte, from 0; null for equal content or content that was not kept. */
	readonly firstByte: number | null;
}

/** The differences between two runs. */
export interface RunDifference {
	readonly before: string;
	readonly after: string;
	/** Steps that only one run has, or whose command, status or output differs. */
	readonly steps: readonly {readonly id: string; readonly before: RunStep | null; readonly after: RunStep | null}[];
	/** Facts of the hosts and settings of the runs, by path. */
	readonly facts: readonly ValueDifference[];
	/** Steps, by id, and the command where the duration differs a lot; in ms. */
	readonly timings: readonly {readonly what: string; readonly before: number; readonly after: number}[];
	readonly files: readonly FileDifference[];
	/** How the commands ended, or why they did not start. */
	readonly end: ValueDifference | null;
	readonly logs: readonly ({readonly stream: 'stdout' | 'stderr'} & ByteDifference)[];
	/** Whether files, output or end differ. */
	readonly outputsDiffer: boolean;
}

/** Durations differ a lot when one is at least twice the other and 50 ms longer. */
function differsMuch(one: number, other: number): boolean {
	return Math.max(one, other) >= 2 * Math.min(one, other) && Math.abs(one - other) >= 50;
}

/** The leaves of a JSON value by path: `tools.sh.path`. */
function leavesOf(value: unknown, path = ''): readonly (readonly [string, unknown])[] {
	if (typeof value !== 'object' || value === null) return [[path, value]];
	return Object.entries(value).flatMap(([key, each]) => leavesOf(each, path === '' ? key : `${path}.${key}`));
}

/** The leaves that differ between two JSON values. */
export function valueDifferences(before: unknown, after: unknown): readonly ValueDifference[] {
	const [one, other] = [new Map(leavesOf(before)), new Map(leavesOf(after))];
	return [...new Set([...one.keys(), ...other.keys()])]
		.filter(what => one.get(what) !== other.get(what))
		.map(what => ({what, before: one.get(what), after: other.get(what)}));
}

function commandMs({commandStartedAt, commandEndedAt}: RunRecord): number | undefined {
	return commandStartedAt === null || commandEndedAt === null ? undefined : commandEndedAt - commandStartedAt;
}

/** The settings of a run, as opposed to facts of the host. */
function askedOf({command, image, tty, verb, name}: RunRecord): unknown {
	return {command: command.join(' '), image, tty, verb, name};
}

/** Steps that fill the store. A later run finds their result there, so only one run may have them. */
const storeSteps = ['image.unpack', 'rootfs.tools'];

function stepDifferences(before: RunRecord, after: RunRecord): RunDifference['steps'] {
	const ids = new Set([...before.steps, ...after.steps].map(({id}) => id));
	const told = (step: RunStep | undefined): string => JSON.stringify([step?.command, step?.status, step?.output]);
	return [...ids].flatMap(id => {
		const one = before.steps.find(step => step.id === id);
		const other = after.steps.find(step => step.id === id);
		if (storeSteps.includes(id) && (one === undefined || other === undefined)) return [];
		return told(one) === told(other) ? [] : [{id, before: one ?? null, after: other ?? null}];
	});
}

function timingDifferences(before: RunRecord, after: RunRecord): RunDifference['timings'] {
	const rows = before.steps.map(({id, ms}) => ({
		what: id,
		before: ms,
		after: after.steps.find(step => step.id === id)?.ms ?? null,
	}));
	const command = {what: 'the command', before: commandMs(before) ?? null, after: commandMs(after) ?? null};
	return [...rows, command].flatMap(({what, before: one, after: other}) =>
		one !== null && other !== null && differsMuch(one, other) ? [{what, before: one, after: other}] : [],
	);
}

function fileDifferences(host: Host, before: OpenRun, after: OpenRun): readonly FileDifference[] {
	const filesOf = ({folder}: OpenRun): ReadonlyMap<string, LayerFile> =>
		new Map(readRunFiles(host, folder).map(file => [file.path, file]));
	const [one, other] = [filesOf(before), filesOf(after)];
	const paths = [...new Set([...one.keys(), ...other.keys()])].sort();
	const told = (file: LayerFile | undefined): string =>
		JSON.stringify([file?.change, file?.kind, file?.mode, file?.size, file?.digest, file?.target]);
	return paths
		.filter(path => told(one.get(path)) !== told(other.get(path)))
		.map(path => {
			const [left, right] = [one.get(path) ?? null, other.get(path) ?? null];
			return {path, before: left, after: right, firstByte: firstByteOf(host, [before, left], [after, right])};
		});
}

function firstByteOf(
	host: Host,
	...[one, other]: readonly [readonly [OpenRun, LayerFile | null], readonly [OpenRun, LayerFile | null]]
): number | null {
	const path = ([{folder}, file]: typeof one): string | undefined =>
		typeof file?.digest === 'string' ? `${folder}/${contentFile(file.digest)}` : undefined;
	const [left, right] = [path(one), path(other)];
	if (left === undefined || right === undefined || one[1]?.digest === other[1]?.digest) return null;
	return firstDifference(host, left, right)?.firstByte ?? null;
}

function endOf({end, error}: RunRecord): unknown {
	return error === undefined ? end : {error: error.message};
}

/**
 * Compares two runs.
 *
 * @param words - for each run an id, the start of an id, a folder, or an exported file
 * @throws TsboxError E_RUN_NOT_FOUND, E_RUN_INVALID, E_USAGE.
 */
export async function diffRuns(
	machine: RunsMachine,
	words: readonly [string, string],
	cwd: string,
): Promise<RunDifference> {
	const {host} = machine;
	const before = await openRun(machine, words[0], cwd);
	try {
		const after = await openRun(machine, words[1], cwd);
		try {
			return compare(host, before, after);
		} finally {
			after.close();
		}
	} finally {
		before.close();
	}
}

function compare(host: Host, before: OpenRun, after: OpenRun): RunDifference {
	const files = fileDifferences(host, before, after);
	const logs = (['stdout', 'stderr'] as const).flatMap(stream => {
		const found = firstDifference(host, `${before.folder}/${runFiles[stream]}`, `${after.folder}/${runFiles[stream]}`);
		return found === undefined ? [] : [{stream, ...found}];
	});
	const ends = [endOf(before.run), endOf(after.run)];
	const end =
		JSON.stringify(ends[0]) === JSON.stringify(ends[1]) ? null : {what: 'end', before: ends[0], after: ends[1]};
	const machineOf = ({folder}: OpenRun): unknown => readRunJson(host, folder, runFiles.host);
	return {
		before: before.run.id,
		after: after.run.id,
		steps: stepDifferences(before.run, after.run),
		facts: [
			...valueDifferences(askedOf(before.run), askedOf(after.run)),
			...valueDifferences(machineOf(before), machineOf(after)),
		],
		timings: timingDifferences(before.run, after.run),
		files,
		end,
		logs,
		outputsDiffer: files.length > 0 || logs.length > 0 || end !== null,
	};
}
