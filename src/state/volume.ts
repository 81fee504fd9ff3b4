import {errnoOf} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import type {NamedVolume} from '../spec/model/project.ts';
import {makeStore, newWorkPath} from '../image/store/store.ts';
import type {NewVolume} from '../step/verbs/volumes.ts';

/** The record of a named volume. */
export interface VolumeRecord extends NewVolume {
	/** Milliseconds since the epoch. */
	readonly created: number;
}

/** The folder of all named volumes. Only its owner may enter it, because volumes hold set-user-ID programs of other users. */
function volumesFolder(store: string): string {
	return `${store}/volumes`;
}

/** The folder of one volume: `record.json`, `_data`, and, while the volume is being filled, `lock` and `copying`. */
export function volumeFolder(store: string, name: string): string {
	return `${volumesFolder(store)}/${name}`;
}

/** The part of a volume that containers mount. */
export function volumeData(store: string, name: string): string {
	return `${volumeFolder(store, name)}/_data`;
}

/** The folder in which the file system of a volume is mounted: `fs`, and `users` with a file for each container that uses it. */
export function filesystemFolder(state: string, name: string): string {
	return `${state}/mounts/${name}`;
}

/** What containers mount of a volume: its data, or its file system. */
export function volumePlace(
	{store, state}: {readonly store: string; readonly state: string},
	{name, filesystem}: Pick<NamedVolume, 'name' | 'filesystem'>,
): string {
	return filesystem === undefined ? volumeData(store, name) : `${filesystemFolder(state, name)}/fs`;
}

function isRecord(value: unknown): value is VolumeRecord {
	if (typeof value !== 'object' || value === null) return false;
	const {schema, name, project, labels, root, container, owner, created} = value as Partial<
		Record<keyof VolumeRecord, unknown>
	>;
	return (
		schema === 1 &&
		typeof name === 'string' &&
		(project === null || typeof project === 'string') &&
		typeof labels === 'object' &&
		labels !== null &&
		(root === null || typeof root === 'number') &&
		(container === undefined || typeof container === 'string') &&
		(owner === undefined || typeof owner === 'string') &&
		typeof created === 'number'
	);
}

/**
 * The record of a volume; undefined when the volume does not exist. A volume with an unreadable record belongs to no project: it is
 * listed and can be removed by name, but no project removes it.
 */
export function readVolume(host: Host, store: string, name: string): VolumeRecord | undefined {
	const folder = host.lstat(volumeData(store, name));
	if (folder?.kind !== 'directory') return undefined;
	const unowned = {schema: 1, name, project: null, volume: null, labels: {}, root: null} as const;
	try {
		const value: unknown = JSON.parse(host.readText(`${volumeFolder(store, name)}/record.json`) ?? '');
		return isRecord(value) ? {...value, name} : {...unowned, created: folder.ctimeMs};
	} catch {
		return {...unowned, created: folder.ctimeMs};
	}
}

/** The records of all volumes, by name. */
export function allVolumes(host: Host, store: string): readonly VolumeRecord[] {
	return host.list(volumesFolder(store)).flatMap(name => readVolume(host, store, name) ?? []);
}

/**
 * Creates a volume unless it exists. A prepared folder is renamed to the name; the kernel lets only one of several renames succeed,
 * and the losers drop their folder. A kill leaves a work folder that `gc` removes.
 *
 * @param owner - the owner of the data folder, also of an existing one that is still empty. Default: the caller.
 * @returns false when the volume existed
 */
export function makeVolume(host: Host, store: string, record: NewVolume, owner?: readonly [number, number]): boolean {
	if (readVolume(host, store, record.name) !== undefined) {
		if (owner !== undefined) giveVolume(host, store, record.name, owner);
		return false;
	}
	makeStore(host, store);
	host.mkdir(volumesFolder(store), 0o700);
	const work = newWorkPath(host, store);
	host.mkdir(work, 0o700);
	try {
		host.mkdir(`${work}/_data`, 0o755);
		// mkdir applies the umask, but other users in the container must be able to enter.
		host.chmod(`${work}/_data`, 0o755);
		if (owner !== undefined) host.chown(`${work}/_data`, ...owner);
		host.writeAtomic(`${work}/record.json`, `${JSON.stringify({...record, created: host.now()})}\n`, 0o600);
		host.rename(work, volumeFolder(store, record.name));
		return true;
	} catch (error) {
		host.removeTree(work);
		if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return false;
		throw error;
	}
}

/** Changes the owner of an empty volume: root of a user namespace cannot write to a folder of the host's root. */
export function giveVolume(host: Host, store: string, name: string, owner: readonly [number, number]): void {
	const data = volumeData(store, name);
	if (host.lstat(data)?.kind === 'directory' && host.list(data).length === 0) host.chown(data, ...owner);
}
