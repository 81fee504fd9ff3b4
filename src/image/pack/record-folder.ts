import {createHash} from 'node:crypto';
import {dirname} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {openNew, writeAll} from '../../host/files/descriptors.ts';
import {namesIn, type Pinned, pin, pinBelow, readBelow, unpin} from '../../host/files/pinned.ts';
import {closeDescriptor} from '../../host/programs/stdio.ts';
import type {Host} from '../../host/host.ts';
import {type FolderUnpack, mostBytes, mostEntries} from './record-archive.ts';

/**
 * Copies an untrusted folder, and the folders in it, as `unpackFolder` unpacks an archive of it: only regular files, with names that the
 * caller accepts. No symlink is followed, whoever changes the folder meanwhile.
 *
 * @param leave - names in the folder that are not copied
 * @returns The digest of each file, `sha256:...`, by its path.
 * @throws TsboxError E_RUN_INVALID for anything else in it.
 */
export function copyFolder(
	host: Host,
	{file, into, accept, what, leave}: FolderUnpack & {readonly leave: readonly string[]},
): ReadonlyMap<string, string> {
	const digests = new Map<string, string>();
	let bytes = 0;
	const refuse = (why: string): never => {
		throw new TsboxError('E_RUN_INVALID', `${file} is not ${what}`, {
			why,
			hint: 'pass a folder of `runs` in a store, or a file that `tsbox runs export` wrote',
		});
	};
	const copy = (folder: Pinned, name: Buffer, path: string, unlimited: boolean): void => {
		host.mkdirs(dirname(`${into}/${path}`), 0o700);
		const fd = openNew(`${into}/${path}`);
		const hash = createHash('sha256');
		try {
			const isRead = readBelow(folder, name, piece => {
				bytes += unlimited ? 0 : piece.length;
				if (bytes > mostBytes) refuse('it is too large');
				hash.update(piece);
				writeAll(fd, piece);
			});
			if (!isRead) refuse(`${path} is not a regular file, or cannot be read`);
		} finally {
			closeDescriptor(fd);
		}
		digests.set(path, `sha256:${hash.digest('hex')}`);
	};
	const take = (folder: Pinned, above: string): void => {
		for (const name of namesIn(folder)) {
			const path = `${above}${name.toString()}`;
			if (leave.includes(path)) continue;
			const inner = above === '' ? pinBelow(folder, name) : undefined;
			if (inner !== undefined) {
				within(inner, () => take(inner, `${path}/`));
				continue;
			}
			const accepted = accept(path);
			if (accepted === undefined || digests.size >= mostEntries)
				refuse(`it has an entry that does not belong there: ${path.slice(0, 200)}`);
			else copy(folder, name, accepted.path, accepted.unlimited === true);
		}
	};
	try {
		const top = pin(file);
		within(top, () => take(top, ''));
	} catch (error) {
		if (errnoOf(error) === 'EACCES') refuse('it cannot be read');
		throw error;
	}
	return digests;
}

function within(folder: Pinned, act: () => void): void {
	try {
		act();
	} finally {
		unpin(folder);
	}
}
