import {TsboxError} from '../errors/tsbox-error.ts';
import {packFolder, unpackFolder} from '../image/pack/record-archive.ts';
import {isRunId, makeRunWork, runsFolder} from '../state/run-place.ts';
import {findRunId, type RunsMachine} from './list-runs.ts';
import {readRun, readRunFiles} from './read-run.ts';
import {readRunSpec} from './read-run-spec.ts';
import {archiveOf} from './run-image.ts';
import {contentFile, imageFile, runFiles} from './run-record.ts';

/** What {@link exportRun} writes. */
export interface ExportRequest {
	/** Absolute path; without, `ID.tar.gz` in `cwd`. */
	readonly file?: string;
	readonly cwd: string;
	/** The archive of the root filesystem too. */
	readonly withImage: boolean;
}

/**
 * Writes a record as one file that can be sent to somebody else; gives its path.
 *
 * @throws TsboxError E_RUN_NOT_FOUND, E_RUN_INVALID, E_USAGE where there is a file of that name, E_IMAGE_NOT_FOUND where the
 * archive of the image is not there any more.
 */
export async function exportRun(machine: RunsMachine, word: string, request: ExportRequest): Promise<string> {
	const {host, dirs} = machine;
	const id = findRunId(machine, word);
	const folder = `${runsFolder(dirs.store)}/${id}`;
	const {image} = readRun(host, folder);
	const file = request.file ?? `${request.cwd}/${id}.tar.gz`;
	if (host.lstat(file) !== undefined)
		throw new TsboxError('E_USAGE', `${file} is there already`, {hint: 'name another with -o'});
	const names = [...Object.values(runFiles), 'content'].filter(name => host.lstat(`${folder}/${name}`) !== undefined);
	const parts = Object.fromEntries(names.map(name => [name, `${folder}/${name}`]));
	const archive =
		request.withImage && image.kind === 'archive' ? {[imageFile]: await archiveOf(machine, folder, image)} : {};
	if (request.withImage && image.kind !== 'archive')
		throw new TsboxError('E_IMAGE_NOT_FOUND', 'the root filesystem of this run is no archive', {
			why: image.kind === 'host' ? 'it was that of the host' : `it was the folder ${image.path}`,
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

/** The names that an archive of a record may have. */
function accept(path: string): {readonly path: string; readonly unlimited?: boolean} | undefined {
	if (path === imageFile) return {path, unlimited: true};
	return (Object.values(runFiles) as readonly string[]).includes(path) || /^content\/[0-9a-f]{64}$/.test(path)
		? {path}
		: undefined;
}

/**
 * Unpacks a record that was exported into a folder beside the records, and sees that it is whole: what its digests speak of
 * is what came.
 *
 * @returns The folder, which is the caller's to rename or remove, and the id.
 * @throws TsboxError E_RUN_INVALID, E_RUN_NOT_FOUND; then nothing is left.
 */
export async function unpackRun(
	{host, dirs}: RunsMachine,
	file: string,
): Promise<{readonly folder: string; readonly id: string}> {
	const folder = makeRunWork(host, dirs.store);
	try {
		const {top, digests} = await unpackFolder(host, {file, into: folder, accept, what: 'a run record'});
		const {id, image} = readRun(host, folder);
		readRunSpec(host, folder);
		readRunFiles(host, folder);
		const refuse = (why: string): never => {
			throw new TsboxError('E_RUN_INVALID', `${file} is not a run record`, {why});
		};
		if (!isRunId(top) || top !== id) refuse(`its folder is ${top}, and its id ${id}`);
		for (const [path, digest] of digests)
			if (path.startsWith('content/') && path !== contentFile(digest)) refuse(`${path} has another content than that`);
		const copy = digests.get(imageFile);
		if (copy !== undefined && (image.kind !== 'archive' || image.digest !== copy))
			refuse('the image in it is not the one that the run had');
		return {folder, id};
	} catch (error) {
		host.removeTree(folder);
		throw error;
	}
}

/**
 * Takes a record of somebody else's into the store; gives its id.
 *
 * @throws TsboxError E_RUN_INVALID, E_RUN_NOT_FOUND; E_USAGE where a record of that id is here already.
 */
export async function importRun(machine: RunsMachine, file: string): Promise<string> {
	const {host, dirs} = machine;
	const {folder, id} = await unpackRun(machine, file);
	const target = `${runsFolder(dirs.store)}/${id}`;
	if (host.lstat(target) !== undefined) {
		host.removeTree(folder);
		throw new TsboxError('E_USAGE', `the run record ${id} is here already`, {
			hint: `\`tsbox runs rm ${id}\` removes it`,
		});
	}
	host.rename(folder, target);
	return id;
}
