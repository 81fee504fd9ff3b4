import type {LayerFile} from '../container/copy/layer-files.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {FileFacts, Host} from '../host/host.ts';
import {parseJson} from '../image/store/json.ts';
import {type RunRecord, runFiles} from './run-record.ts';
import {isLayerFile, isObject, isRun, isTooDeep} from './run-shape.ts';

/** The error for a folder that is not a valid run record. */
export function invalid(folder: string, why: string, hint?: string): TsboxError {
	return new TsboxError('E_RUN_INVALID', `${folder} is not a valid run record`, {
		why,
		...(hint === undefined ? {} : {hint}),
	});
}

/** Largest file that is read whole, in bytes. The longest string of Node is twice as long. */
const mostBytes = 256 * 1024 * 1024;

/** Refuses files that another user could have written, since the folder may come from anywhere. */
function checkOwner(folder: string, what: string, {uid, mode}: FileFacts): void {
	const hint = 'ask its owner to export it, and import that file';
	if (uid !== 0 && uid !== process.getuid?.()) throw invalid(folder, `${what} belongs to another user`, hint);
	if ((mode & 0o002) !== 0) throw invalid(folder, `${what} is writable by everyone`, hint);
}

/** Reads a file of a record as JSON. File and folder must belong to root or the caller, so that no other user can replace the file. */
function jsonOf(host: Host, folder: string, name: string): unknown {
	const above = host.stat(folder);
	const facts = host.lstat(`${folder}/${name}`);
	if (above === undefined || facts === undefined) throw invalid(folder, `it has no ${name}`);
	if (facts.kind !== 'file') throw invalid(folder, `${name} is not a regular file`);
	checkOwner(folder, 'it', above);
	checkOwner(folder, name, facts);
	if (facts.size > mostBytes) throw invalid(folder, `${name} is too large`);
	const value = parseJson(host.readText(`${folder}/${name}`) ?? '');
	if (value === undefined) throw invalid(folder, `${name} is truncated or not JSON`);
	if (isTooDeep(value)) throw invalid(folder, `${name} is nested too deeply`);
	return value;
}

/**
 * Reads `run.json` from a record's folder.
 *
 * @throws TsboxError E_RUN_INVALID for a folder that is not a record, is damaged, belongs to another user, or comes from a newer tsbox.
 */
export function readRun(host: Host, folder: string): RunRecord {
	const value = jsonOf(host, folder, runFiles.run);
	if (!isObject(value)) throw invalid(folder, `${runFiles.run} is not an object`);
	const {schema} = value;
	if (typeof schema === 'number' && schema > 1)
		throw invalid(folder, `it was made by a newer tsbox (schema ${schema})`, 'update tsbox');
	if (schema !== 1 || !isRun(value)) throw invalid(folder, `${runFiles.run} lacks required fields`);
	return value as unknown as RunRecord;
}

/** Reads the list of files that a run wrote, sorted by path. Throws TsboxError E_RUN_INVALID. */
export function readRunFiles(host: Host, folder: string): readonly LayerFile[] {
	const value = jsonOf(host, folder, runFiles.files);
	const isList = Array.isArray(value) && value.every(isLayerFile);
	if (!isList) throw invalid(folder, `${runFiles.files} is not a list of files`);
	return value as readonly LayerFile[];
}

/** Reads any JSON file of a record, to show or compare it. Throws TsboxError E_RUN_INVALID. */
export function readRunJson(host: Host, folder: string, name: string): unknown {
	return jsonOf(host, folder, name);
}
