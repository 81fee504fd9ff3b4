import {isAbsolute, join} from 'node:path';
import {runsFolder} from '../state/run-place.ts';
import {findRunId, type RunsMachine} from './list-runs.ts';
import {readRun} from './read-run.ts';
import type {RunRecord} from './run-record.ts';

/** An open run record. */
export interface OpenRun {
	readonly folder: string;
	readonly run: RunRecord;
	/** Removes the folder that an exported file was unpacked to. */
	readonly close: () => void;
}

/**
 * Opens a record by id, start of an id, folder, or file from `runs export`.
 *
 * @throws TsboxError E_RUN_NOT_FOUND, E_RUN_INVALID, E_USAGE.
 */
export async function openRun(machine: RunsMachine, word: string, cwd: string): Promise<OpenRun> {
	const {host, dirs} = machine;
	const path = isAbsolute(word) ? word : join(cwd, word);
	const isPath = word.includes('/') || /\.(?:tar|tgz|tar\.gz)$/.test(word);
	if (isPath && host.stat(path)?.kind !== 'directory') {
		const {unpackRun} = await import('./transfer-run.ts');
		const {folder} = await unpackRun(machine, path);
		return {folder, run: readRun(host, folder), close: () => host.removeTree(folder)};
	}
	const folder = isPath ? path : `${runsFolder(dirs.store)}/${findRunId(machine, word)}`;
	return {folder, run: readRun(host, folder), close: () => {}};
}
