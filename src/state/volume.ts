import {errnoOf} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import {makeStore, newWorkPath} from '../image/store/store.ts';
import type {NewVolume} from '../step/verbs/action.ts';

/** What is written down of a named volume. */
export interface VolumeRecord extends NewVolume {
	/** Milliseconds since the epoch. */
	readonly created: number;
}

/** The folder of all named volumes; its owner's alone, for they hold set-user-ID programs of others. */
function volumesFolder(store: string): string {
	return `${store}/volumes`;
}

/** The folder of one: `record.json`, `_data`, and while it is filled `lock` and `copying`. */
export function volumeFolder(store: string, name: string): string {
	return `${volumesFolder(store)}/${name}`;
}

/** What is mounted of it. */
export function volumeData(store: string, name: string): string {
	return `${volumeFolder(store, name)}/_data`;
}

function isRecord(value: unknown): value is VolumeRecord {
	if (typeof value !== 'object' || value === null) return false;
	const {schema, name, project, labels, root, owner, created} = value as Partial<Record<keyof VolumeRecord, unknown>>;
	return (
		schema === 1 &&
		typeof name === 'string' &&
		(project === null || typeof project === 'string') &&
		typeof labels === 'object' &&
		labels !== null &&
		(root === null || typeof root === 'number') &&
		(owner === undefined || typeof owner === 'string') &&
		typeof created === 'number'
	);
}

/**
 * The record of a volume, undefined where there is none. One whose record can't be read is nobody's: it is listed and can
 * be removed by name, and no project takes it along.
 */
export function readVolume(host: Host, store: string, name: string): VolumeRecord | undefined {
	const folder = host.lstat(volumeData(store, name));
	if (folder?.kind !== 'directory') return undefined;
	const nobodys = {schema: 1, name, project: null, volume: null, labels: {}, root: null} as const;
	try {
		const value: unknown = JSON.parse(host.readText(`${volumeFolder(store, name)}/record.json`) ?? '');
		return isRecord(value) ? {...value, name} : {...nobodys, created: folder.ctimeMs};
	} catch {
		return {...nobodys, created: folder.ctimeMs};
	}
}

/** The records of all volumes, by name. */
export function allVolumes(host: Host, store: string): readonly VolumeRecord[] {
	return host.list(volumesFolder(store)).flatMap(name => readVolume(host, store, name) ?? []);
}

/**
 * Makes a volume where there is none: a folder with all that belongs in it is renamed to the name, which the kernel lets
 * one of several do; the others' is dropped, and a kill leaves a work folder that gc removes.
 *
 * @param owner - whose the empty folder is, also of one that is there and still empty; without, the caller's
 * @returns false when it was there
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
		// As it is, whatever the umask: others in the container may go in.
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

/** Has the folder of a volume belong to root of a container while it is empty: of a user namespace that could not write into one of root's. */
export function giveVolume(host: Host, store: string, name: string, owner: readonly [number, number]): void {
	const data = volumeData(store, name);
	if (host.lstat(data)?.kind === 'directory' && host.list(data).length === 0) host.chown(data, ...owner);
}
