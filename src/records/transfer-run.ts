import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {packFolder, unpackFolder} from '../image/pack/record-archive.ts';
import {copyFolder} from '../image/pack/record-folder.ts';
import {present} from '../spec/syntax/pick.ts';
import {isRunId, makeRunWork, runsFolder} from '../state/run-place.ts';
import {findRunId, type RunsMachine} from './list-runs.ts';
import {readRun, readRunFiles} from './read-run.ts';
import {readRunSpec} from './read-run-spec.ts';
import {archiveOf} from './run-image.ts';
import {contentFile, imageFile, instanceFile, runFiles} from './run-record.ts';

/** Options of {@link exportRun}. */
export interface ExportRequest {
	/** Absolute path; by default `ID.tar.gz` in `cwd`. */
	readonly file?: string;
	readonly cwd: string;
	/** Include the archive of the root filesystem. */
	readonly withImage: boolean;
}

/**
 * Writes a record as a single file and returns its path.
 *
 * @throws TsboxError E_RUN_NOT_FOUND, E_RUN_INVALID, E_USAGE when the file exists, E_IMAGE_NOT_FOUND when the archive of the
 * image is gone.
 */
export async function exportRun(machine: RunsMachine, word: string, request: ExportRequest): Promise<string> {
	const {host, dirs} = machine;
	const id = findRunId(machine, word);
	const folder = `${runsFolder(dirs.store)}/${id}`;
	const {image} = readRun(host, folder);
	const file = request.file ?? `${request.cwd}/${id}.tar.gz`;
	if (host.lstat(file) !== undefined)
		throw new TsboxError('E_USAGE', `${file} already exists`, {hint: 'choose another path with -o'});
	const names = [...Object.values(runFiles), 'content'].filter(name => host.lstat(`${folder}/${name}`) !== undefined);
	const parts = Object.fromEntries(names.map(name => [name, `${folder}/${name}`]));
	const archive =
		request.withImage && image.kind === 'archive' ? {[imageFile]: await archiveOf(machine, folder, image)} : {};
	if (request.withImage && image.kind !== 'archive')
		throw new TsboxError('E_IMAGE_NOT_FOUND', 'the root filesystem of this run is not an archive', {
			why:
				image.kind === 'host'
					? 'it was the root of the host'
					: image.kind === 'image'
						? `it was the image ${image.reference}`
						: `it was the folder ${image.path}`,
			hint: 'export it without --with-image',
		});
	const work = makeRunWork(host, dirs.store);
	try {
		await packFolder(host, {file, top: id, parts: {...parts, ...archive}, work});
	} finally {
		host.removeTree(work);
	}
	return file;
}

/** The file names that an archive of a record may contain. */
function accept(path: string): {readonly path: string; readonly unlimited?: boolean} | undefined {
	if (path === imageFile) return {path, unlimited: true};
	return (Object.values(runFiles) as readonly string[]).includes(path) || /^content\/[0-9a-f]{64}$/.test(path)
		? {path}
		: undefined;
}

/**
 * Copies an exported record, or the folder of a record in another store, into a folder beside the records, and checks its contents against
 * their digests.
 *
 * @returns The folder, which the caller must rename or remove, and the id.
 * @throws TsboxError E_RUN_INVALID, E_RUN_NOT_FOUND; then nothing is left.
 */
export async function unpackRun(
	{host, dirs}: RunsMachine,
	file: string,
): Promise<{readonly folder: string; readonly id: string}> {
	const folder = makeRunWork(host, dirs.store);
	const from = {file, into: folder, accept, what: 'a run record'};
	try {
		const isFolder = host.stat(file)?.kind === 'directory';
		const {top, digests} = isFolder
			? {top: undefined, digests: copyFolder(host, {...from, leave: [instanceFile]})}
			: await unpackFolder(host, from);
		const {id, image} = readRun(host, folder);
		readRunSpec(host, folder);
		readRunFiles(host, folder);
		const refuse = (why: string): never => {
			throw new TsboxError('E_RUN_INVALID', `${file} is not a run record`, {why});
		};
		if (!isFolder && (top === undefined || !isRunId(top) || top !== id))
			refuse(`its folder is ${top ?? 'missing'}, but its id is ${id}`);
		for (const [path, digest] of digests)
			if (path.startsWith('content/') && path !== contentFile(digest)) refuse(`${path} does not match its digest`);
		const copy = digests.get(imageFile);
		if (copy !== undefined && (image.kind !== 'archive' || image.digest !== copy))
			refuse('its image is not the image of the run');
		return {folder, id};
	} catch (error) {
		host.removeTree(folder);
		throw naming(file, folder, error);
	}
}

/** An error about the copy, as one about what it was copied from. */
function naming(file: string, copy: string, error: unknown): unknown {
	if (!isTsboxError(error) || !error.message.startsWith(copy)) return error;
	const {code, why, hint} = error;
	return new TsboxError(code, error.message.replace(copy, file), {...present({why, hint}), cause: error});
}

/**
 * Imports an exported record, or the folder of a record in another store, and returns its id. A record that is there already stays as it is.
 *
 * @throws TsboxError E_RUN_INVALID, E_RUN_NOT_FOUND; E_USAGE when the store has another record of that id.
 */
export async function importRun(machine: RunsMachine, path: string): Promise<string> {
	const {host, dirs} = machine;
	const {folder, id} = await unpackRun(machine, path);
	const target = `${runsFolder(dirs.store)}/${id}`;
	if (host.lstat(target) === undefined) {
		host.rename(folder, target);
		return id;
	}
	const isSame = host.readText(`${target}/${runFiles.run}`) === host.readText(`${folder}/${runFiles.run}`);
	host.removeTree(folder);
	if (isSame) return id;
	throw new TsboxError('E_USAGE', `another run record ${id} already exists`, {
		hint: `remove it with \`tsbox runs rm ${id}\``,
	});
}

/**
 * What `runs import` takes of a path: the path of a file or of a record's folder; for a store, the folders of its records; for any other
 * folder, the records and the exported files in it.
 *
 * @throws TsboxError E_RUN_NOT_FOUND for a folder without any.
 */
export function importableRuns({host}: RunsMachine, path: string): readonly string[] {
	if (host.stat(path)?.kind !== 'directory' || host.lstat(`${path}/${runFiles.run}`) !== undefined) return [path];
	const inStore = host.list(runsFolder(path)).filter(isRunId);
	if (inStore.length > 0) return inStore.map(id => `${runsFolder(path)}/${id}`);
	const found = host.list(path).filter(name => isRunId(name.replace(/\.tar\.gz$/, '')));
	if (found.length > 0) return found.map(name => `${path}/${name}`);
	throw new TsboxError('E_RUN_NOT_FOUND', `${path} has no run record`, {
		hint: 'pass a store, its folder `runs`, or files that `tsbox runs export` wrote',
	});
}
