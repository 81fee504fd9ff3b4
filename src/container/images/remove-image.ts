import {TsboxError} from '../../errors/tsbox-error.ts';
import {allNames, namePath, type OciImageRecord} from '../../image/store/images.ts';
import {forgetImage, removeArchive} from '../../image/store/remove.ts';
import {imageFolderName} from '../../image/store/store.ts';
import {removeUnneeded} from '../../image/store/unneeded.ts';
import type {Machine} from '../machine/machine.ts';
import {findImage, shortName} from './find-image.ts';
import {imageUsers} from './image-users.ts';

/** What a removal took away. */
export interface RemovedImage {
	/** Complete names. */
	readonly untagged: readonly string[];
	/** The digest of the image or archive; null when it has other names and stays. */
	readonly digest: string | null;
	/** Bytes that are free now. */
	readonly bytes: number;
}

/**
 * Takes a name away from an image. The last name takes the image with it, and a digest all names: then go its blobs and layers, but for
 * those that another image, a container, or a running pull needs. An archive goes in all its unpacked forms.
 *
 * @param cwd - where relative paths begin
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_IMAGE_IN_USE, E_USAGE.
 */
export async function removeImage(machine: Machine, word: string, cwd = '/'): Promise<RemovedImage> {
	const {host, facts, dirs} = machine;
	const found = findImage(machine, word, cwd);
	if (found.kind === 'archive') {
		const {archives} = imageUsers(machine);
		const users = found.forms.flatMap(form => archives.get(imageFolderName(form)) ?? []);
		if (users.length > 0) throw inUse(word, users);
		for (const form of found.forms) await removeArchive(host, facts, dirs.store, form);
		return {untagged: [], digest: found.digest, bytes: found.forms.reduce((all, {bytes}) => all + bytes, 0)};
	}
	const {image, name} = found;
	const names = allNames(host, dirs.store).filter(({manifest}) => manifest === image.manifest);
	if (name !== undefined && names.length > 1) {
		host.removeTree(namePath(dirs.store, name.name));
		return {untagged: [name.name], digest: null, bytes: 0};
	}
	const untagged = forgetUnused(machine, image, name === undefined ? word : shortName(name.name));
	const parts = await removeUnneeded(host, facts, dirs.store, () => imageUsers(machine).parts);
	return {untagged, digest: image.manifest, bytes: parts.reduce((all, {bytes}) => all + bytes, 0)};
}

function forgetUnused(machine: Machine, image: OciImageRecord, word: string): readonly string[] {
	const usersNow = (): readonly string[] => imageUsers(machine).images.get(image.manifest) ?? [];
	const users = usersNow();
	if (users.length > 0) throw inUse(word, users);
	const names = forgetImage(machine.host, machine.dirs.store, image, () => usersNow().length > 0);
	if (names === undefined) throw inUse(word, usersNow());
	return names;
}

function inUse(word: string, users: readonly string[]): TsboxError {
	const shown = users.slice(0, 10).join(', ');
	return new TsboxError('E_IMAGE_IN_USE', `the image ${word} is in use`, {
		why: `${users.length === 1 ? 'the container' : 'the containers'} ${shown}${users.length > 10 ? ' and others' : ''} ${users.length === 1 ? 'has' : 'have'} it as root`,
		hint: `remove ${users.length === 1 ? 'it' : 'them'} first: \`tsbox down ${users[0] ?? ''}\``,
	});
}
