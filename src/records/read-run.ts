import type {LayerFile} from '../container/copy/layer-files.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {FileFacts, Host} from '../host/host.ts';
import {parseJson} from '../image/store/record.ts';
import {type RunRecord, runFiles} from './run-record.ts';
import {isLayerFile, isObject, isRun, isTooDeep} from './run-shape.ts';

/** The error for a folder that is no record. */
export function invalid(folder: string, why: string, hint?: string): TsboxError {
	return new TsboxError('E_RUN_INVALID', `${folder} is no run record that can be read`, {
		why,
		...(hint === undefined ? {} : {hint}),
	});
}

/** Bytes that a file may have which is read whole: Node has no text of more than twice as many. */
const mostBytes = 256 * 1024 * 1024;

/** Throws for what somebody else could have written; the folder may come from anybody. */
function checkOwner(folder: string, what: string, {uid, mode}: FileFacts): void {
	const hint = 'have its owner export it, and import that file';
	if (uid !== 0 && uid !== process.getuid?.()) throw invalid(folder, `${what} belongs to another user`, hint);
	if ((mode & 0o002) !== 0) throw invalid(folder, `${what} may be written by everybody`, hint);
}

/** A file of a record as JSON: only what root or oneself wrote, in a folder where nobody else puts another in its place. */
function jsonOf(host: Host, folder: string, name: string): unknown {
	const above = host.stat(folder);
	const facts = host.lstat(`${folder}/${name}`);
	if (above === undefined || facts === undefined) throw invalid(folder, `it has no ${name}`);
	if (facts.kind !== 'file') throw invalid(folder, `${name} is no file`);
	checkOwner(folder, 'it', above);
	checkOwner(folder, name, facts);
	if (facts.size > mostBytes) throw invalid(folder, `${name} is too large`);
	const value = parseJson(host.readText(`${folder}/${name}`) ?? '');
	if (value === undefined) throw invalid(folder, `${name} is cut short or no JSON`);
	if (isTooDeep(value)) throw invalid(folder, `${name} has too many levels`);
	return value;
}

/**
 * Reads the `run.json` of a record's folder.
 *
 * @throws TsboxError E_RUN_INVALID for a folder that is no record, damaged, another user's, or of a newer tsbox.
 */
export function readRun(host: Host, folder: string): RunRecord {
	const value = jsonOf(host, folder, runFiles.run);
	if (!isObject(value)) throw invalid(folder, `${runFiles.run} says nothing of a run`);
	const {schema} = value;
	if (typeof schema === 'number' && schema > 1)
		throw invalid(folder, `it was made by a newer tsbox (schema ${schema})`, 'read it with a tsbox as new as that');
	if (schema !== 1 || !isRun(value)) throw invalid(folder, `${runFiles.run} lacks what a run record has`);
	return value as unknown as RunRecord;
}

/** Reads the list of files that a run wrote; by path. Throws TsboxError E_RUN_INVALID. */
export function readRunFiles(host: Host, folder: string): readonly LayerFile[] {
	const value = jsonOf(host, folder, runFiles.files);
	const isList = Array.isArray(value) && value.every(isLayerFile);
	if (!isList) throw invalid(folder, `${runFiles.files} is no list of files`);
	return value as readonly LayerFile[];
}

/** Reads a file of a record for showing or comparing alone: any JSON. Throws TsboxError E_RUN_INVALID. */
export function readRunJson(host: Host, folder: string, name: string): unknown {
	return jsonOf(host, folder, name);
}
