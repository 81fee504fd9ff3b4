import type {LayerFile} from '../container/copy/layer-files.ts';
import type {RunsMachine} from './list-runs.ts';
import {openRun} from './open-run.ts';
import {readRunFiles, readRunJson} from './read-run.ts';
import {readRunSpec} from './read-run-spec.ts';
import {readSnapshots, type StepSnapshot} from './run-snapshots.ts';
import {type RunRecord, type RunSpec, runFiles} from './run-record.ts';

/** Bytes shown of each stream's end. */
const shownOutput = 256 * 1024;

/** The end of an output stream. */
export interface ShownLog {
	readonly text: string;
	/** Bytes of the whole stream. */
	readonly size: number;
	/** Bytes before `text`. */
	readonly skipped: number;
}

/** A run record with the ends of its output. */
export interface ShownRun {
	readonly run: RunRecord;
	/** The record's folder, or the exported file. */
	readonly folder: string;
	readonly spec: RunSpec;
	readonly host: unknown;
	readonly files: readonly LayerFile[];
	/** What the kernel showed after each step of the start; empty in records of older versions. */
	readonly snapshots: readonly StepSnapshot[];
	readonly logs: {readonly stdout: ShownLog; readonly stderr: ShownLog};
}

/**
 * Reads a record to show it.
 *
 * @param word - an id, the start of one, a folder, or a file from `runs export`
 * @throws TsboxError E_RUN_NOT_FOUND, E_RUN_INVALID, E_USAGE.
 */
export async function showRun(machine: RunsMachine, word: string, cwd: string): Promise<ShownRun> {
	const {host} = machine;
	const {folder, run, close} = await openRun(machine, word, cwd);
	const logOf = (stream: 'stdout' | 'stderr'): ShownLog => {
		const path = `${folder}/${runFiles[stream]}`;
		const facts = host.lstat(path);
		const size = facts?.kind === 'file' ? facts.size : 0;
		const skipped = Math.max(0, size - shownOutput);
		const bytes = size === 0 ? undefined : host.readBytes(path, skipped, shownOutput);
		return {text: bytes?.toString('utf8') ?? '', size, skipped};
	};
	try {
		return {
			run,
			folder,
			spec: readRunSpec(host, folder),
			host: readRunJson(host, folder, runFiles.host),
			files: readRunFiles(host, folder),
			snapshots: readSnapshots(host, folder),
			logs: {stdout: logOf('stdout'), stderr: logOf('stderr')},
		};
	} finally {
		close();
	}
}
