import {TsboxError} from '../errors/tsbox-error.ts';
import type {LayerFile} from '../engine/layer-files.ts';
import type {Host} from '../host/host.ts';
import {parseJson} from '../image/record.ts';
import {parseName} from '../spec/container-name.ts';
import {runFiles, type RunRecord, type RunSpec} from './run-record.ts';
import {isLayerFile, isObject, isRun} from './run-shape.ts';

function invalid(folder: string, why: string, hint?: string): TsboxError {
	return new TsboxError('E_RUN_INVALID', `${folder} is no run record that can be read`, {
		why,
		...(hint === undefined ? {} : {hint}),
	});
}

/** A file of a record as JSON. The folder may come from anybody: only what root or oneself wrote is read. */
function jsonOf(host: Host, folder: string, name: string): unknown {
	const facts = host.lstat(`${folder}/${name}`);
	if (facts === undefined) throw invalid(folder, `it has no ${name}`);
	if (facts.kind !== 'file') throw invalid(folder, `${name} is no file`);
	if (facts.uid !== 0 && facts.uid !== process.getuid?.())
		throw invalid(folder, `${name} belongs to another user`, 'have its owner export it, and import what comes of that');
	const value = parseJson(host.readText(`${folder}/${name}`) ?? '');
	if (value === undefined) throw invalid(folder, `${name} is cut short or no JSON`);
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

/**
 * Reads the spec of a record, as far as it must be right before a plan is made of it.
 *
 * @throws TsboxError E_RUN_INVALID.
 */
export function readRunSpec(host: Host, folder: string): RunSpec {
	const value = jsonOf(host, folder, runFiles.spec);
	if (!isObject(value) || !isObject(value['project']) || !isObject(value['service']))
		throw invalid(folder, `${runFiles.spec} has no project and service`);
	const {project, service} = value;
	const isWhole =
		typeof project['name'] === 'string' &&
		typeof project['file'] === 'string' &&
		// The name becomes a path of the store.
		typeof service['name'] === 'string' &&
		parseName(service['name']).ok &&
		['command', 'entrypoint', 'volumes', 'namespaces', 'capAdd', 'capDrop', 'devices', 'ulimits', 'ports'].every(key =>
			Array.isArray(service[key]),
		) &&
		['rootfs', 'environment', 'sysctls', 'labels', 'origins', 'security'].every(key => isObject(service[key]));
	if (!isWhole) throw invalid(folder, `${runFiles.spec} lacks what a spec has`);
	return value as unknown as RunSpec;
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
