import {TsboxError} from '../../errors/tsbox-error.ts';
import type {OciIdMapping, OciMount} from '../config.ts';

/** The map of the container's user namespace, which rows with `@` begin in. */
export interface OwnMaps {
	readonly uidMappings: readonly OciIdMapping[];
	readonly gidMappings: readonly OciIdMapping[];
}

/** An option with maps of its own: `idmap=` or `ridmap=`, and what follows. */
const withMaps = /^(r?idmap)=(.*)$/;

/**
 * A mount whose option of crun became maps of the mount: `idmap=uids=0-1-10#10-11-10;gids=0-1-10`, which Podman passes on from the options of
 * a volume. Each row has the first id on the filesystem, the first id on the host, and how many there are. With `@` the second one is an id of the
 * container. A kind that is not named has the map of the container.
 *
 * Source: crun(1), "idmap mount options".
 *
 * @throws TsboxError E_SPEC_INVALID.
 */
export function withIdmapOption(mount: OciMount, own: OwnMaps): OciMount {
	const found = mount.options.map(option => withMaps.exec(option)).find(match => match !== null);
	if (found === undefined) return mount;
	const [option, name = '', text = ''] = found;
	const rows = (kind: 'uids' | 'gids', all: readonly OciIdMapping[]): readonly OciIdMapping[] => {
		const part = text.split(';').find(each => each.startsWith(`${kind}=`));
		return part === undefined
			? all
			: part
					.slice(kind.length + 1)
					.split('#')
					.map(row => rowOf(row, all, mount, option));
	};
	const unknown = text.split(';').find(part => !/^[ug]ids=/.test(part));
	if (unknown !== undefined) throw invalid(mount, option, `${JSON.stringify(unknown)} is neither uids= nor gids=`);
	return {
		...mount,
		options: mount.options.map(each => (each === option ? name : each)),
		uidMappings: rows('uids', own.uidMappings),
		gidMappings: rows('gids', own.gidMappings),
	};
}

function rowOf(row: string, own: readonly OciIdMapping[], mount: OciMount, option: string): OciIdMapping {
	const [, relative, ...numbers] = /^([@+]?)(\d{1,10})-(\d{1,10})-(\d{1,10})$/.exec(row) ?? [];
	const [containerID = -1, hostID = -1, size = -1] = numbers.map(Number);
	if (size === -1) throw invalid(mount, option, `${JSON.stringify(row)} is no row such as 0-1000-10`);
	if (relative !== '@') return {containerID, hostID, size};
	const base = own.find(each => containerID >= each.containerID && containerID < each.containerID + each.size);
	if (base === undefined) throw invalid(mount, option, `the id ${containerID} is not in the map of the container`);
	return {containerID, hostID: hostID + base.hostID - base.containerID, size};
}

function invalid({destination}: OciMount, option: string, why: string): TsboxError {
	return new TsboxError('E_SPEC_INVALID', `the option ${option} of the mount on ${destination} is no map of ids`, {
		why,
		hint: 'write it as `idmap=uids=0-1000-10;gids=0-1000-10`: first id there, first id on the host, count',
	});
}
