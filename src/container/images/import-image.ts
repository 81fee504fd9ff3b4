import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {removeOwned} from '../../host/files/remove-owned.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {callerInput} from '../../host/programs/stdio.ts';
import {openArchive} from '../../image/archive/archive-file.ts';
import {hold} from '../../image/store/hold.ts';
import type {Machine} from '../machine/machine.ts';
import {newImageName} from './image-name.ts';

/** What an image becomes besides its files. */
export interface ImportOptions {
	/** The image's configuration as the image-spec has it, but for its layers. */
	readonly config: object;
	/** The line of the history. */
	readonly comment: string;
	readonly cwd: string;
	readonly signal?: AbortSignal | undefined;
	readonly onRead?: ((done: number) => void) | undefined;
}

/**
 * Makes an image of one layer of a tar of files, as `docker export` and `tar` write it.
 *
 * @param file - its path; undefined for standard input
 * @returns the complete name and the digest of the manifest
 * @throws TsboxError E_USAGE, E_ROOTFS_NOT_FOUND, E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, E_NO_SPACE, E_INTERRUPTED.
 */
export async function importImage(
	machine: Machine,
	file: string | undefined,
	name: string,
	{config, comment, cwd, signal, onRead}: ImportOptions,
): Promise<{readonly name: string; readonly digest: string}> {
	const {
		host,
		facts,
		limits,
		dirs: {store},
	} = machine;
	const complete = newImageName(name);
	const path = file === undefined ? undefined : resolve(cwd, file);
	if (path !== undefined && host.stat(path) === undefined)
		throw new TsboxError('E_COPY_PATH', `there is no file ${path}`, {hint: 'look at the path'});
	const archive = path === undefined ? undefined : await openArchive(host, path);
	const work = hold(host, store, 'everything');
	try {
		const {addLayer} = await import('../../image/create/add-layer.ts');
		const {keepNewImage} = await import('../../image/create/keep-new-image.ts');
		const toolbox = sealTools(host, facts, store);
		const source = archive?.chunks(signal) ?? (callerInput() as AsyncIterable<Buffer>);
		const title = path ?? 'the tar on standard input';
		const layer = await addLayer(source, {host, facts, store, toolbox, limits, signal, work, title, onRead});
		const created = new Date(host.now()).toISOString();
		const {manifest: digest} = keepNewImage(host, store, {
			names: [complete],
			config: {
				created,
				...config,
				rootfs: {type: 'layers', diff_ids: [layer.diffId]},
				history: [{created, created_by: comment, comment: 'tsbox'}],
			},
			layers: [layer],
		});
		return {name: complete, digest};
	} finally {
		await archive?.close();
		await removeOwned(host, facts, work);
	}
}
