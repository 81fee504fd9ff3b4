import type {Host} from '../../host/host.ts';
import {isRunning} from '../../host/programs/process.ts';
import {toolboxesFolder} from '../../host/programs/sealed-tools.ts';
import {allImages, allNames} from '../../image/store/images.ts';
import {listImages} from '../../image/store/list.ts';
import {allBlobs, allLayers, type ImageParts, onlyCached} from '../../image/store/unneeded.ts';
import {runsFolder} from '../../state/run-place.ts';
import {allVolumes, volumeData} from '../../state/volume.ts';
import {allRecords} from '../machine/find-container.ts';
import type {Machine} from '../machine/machine.ts';
import {imageUsers} from './image-users.ts';
import {cacheUse} from './prune-build-cache.ts';
import {readableUse} from './readable-use.ts';

/** What a kind of thing takes on the disk. */
export interface UseRow {
	readonly kind: 'images' | 'archives' | 'build-cache' | 'containers' | 'volumes' | 'records' | 'tools';
	readonly count: number;
	/** How many of them something uses. */
	readonly active: number;
	readonly bytes: number;
	/** What a removal of the unused ones would free, bytes. */
	readonly reclaimable: number;
	/** The command that frees it; null when there is none. */
	readonly command: string | null;
	/** A part of it may not be read, and is not counted. */
	readonly unread: boolean;
}

/** What an image takes on the disk. */
export interface ImageUse {
	/** Complete names. */
	readonly names: readonly string[];
	readonly digest: string;
	readonly bytes: number;
	/** Bytes that other images have too. */
	readonly shared: number;
	/** Bytes that go with the image. */
	readonly unique: number;
	readonly usedBy: readonly string[];
}

/** What the store takes on the disk. */
export interface DiskUse {
	readonly store: string;
	readonly rows: readonly UseRow[];
	readonly images: readonly ImageUse[];
	readonly bytes: number;
}

/** Adds up what the store takes on the disk. Nothing is locked, so what starts or ends meanwhile may be missing. */
export async function storeUse(machine: Machine): Promise<DiskUse> {
	const images = imageUses(machine);
	const rows = [imagesRow(machine, images), archivesRow(machine), cacheRow(machine), ...folderRows(machine)];
	return {store: machine.dirs.store, rows, images, bytes: rows.reduce((all, {bytes}) => all + bytes, 0)};
}

/** The blobs and layers of an image, each once, with a mark before the digest: a plain layer has the digest of its blob. */
function partsOf({manifest, config, layers}: ImageParts): ReadonlySet<string> {
	const blobs = [manifest, config, ...layers.map(({digest}) => digest)].map(digest => `blob ${digest}`);
	return new Set([...blobs, ...layers.map(({diffId}) => `layer ${diffId}`)]);
}

/** What the parts of images take: those that only later builds may need are in a row of their own. */
function partSizes(machine: Machine): ReadonlyMap<string, number> {
	const {host, dirs} = machine;
	const sizes = new Map<string, number>();
	const cached = new Set(onlyCached(host, dirs.store, imageUsers(machine).parts).map(({path}) => path));
	const isOther = ({path}: {readonly path: string}): boolean => !cached.has(path);
	for (const {digest, bytes} of allBlobs(host, dirs.store).filter(isOther)) sizes.set(`blob ${digest}`, bytes);
	for (const {digest, bytes} of allLayers(host, dirs.store).filter(isOther))
		sizes.set(`layer ${digest}`, bytes + (sizes.get(`layer ${digest}`) ?? 0));
	return sizes;
}

function imageUses(machine: Machine): readonly ImageUse[] {
	const {host, dirs} = machine;
	const sizes = partSizes(machine);
	const images = allImages(host, dirs.store).map(image => ({image, parts: partsOf(image)}));
	const names = allNames(host, dirs.store);
	const users = imageUsers(machine).images;
	return images.map(({image, parts}) => {
		const others = images.filter(other => other.image !== image);
		const sum = (of: readonly string[]): number => of.reduce((all, part) => all + (sizes.get(part) ?? 0), 0);
		const shared = [...parts].filter(part => others.some(other => other.parts.has(part)));
		const [bytes, sharedBytes] = [sum([...parts]), sum(shared)];
		return {
			names: names.filter(({manifest}) => manifest === image.manifest).map(({name}) => name),
			digest: image.manifest,
			bytes,
			shared: sharedBytes,
			unique: bytes - sharedBytes,
			usedBy: users.get(image.manifest) ?? [],
		};
	});
}

function imagesRow(machine: Machine, images: readonly ImageUse[]): UseRow {
	const {host, dirs} = machine;
	const sizes = partSizes(machine);
	const used = imageUsers(machine);
	const kept = new Set(
		[...allImages(host, dirs.store).filter(({manifest}) => used.images.has(manifest)), ...used.parts].flatMap(image => [
			...partsOf(image),
		]),
	);
	const sum = (of: readonly (readonly [string, number])[]): number => of.reduce((all, [, bytes]) => all + bytes, 0);
	return {
		kind: 'images',
		count: images.length,
		active: images.filter(({usedBy}) => usedBy.length > 0).length,
		bytes: sum([...sizes]),
		reclaimable: sum([...sizes].filter(([part]) => !kept.has(part))),
		command: 'tsbox images prune --all',
		unread: false,
	};
}

function archivesRow(machine: Machine): UseRow {
	const {host, dirs} = machine;
	const archives = listImages(host, dirs.store, new Set(imageUsers(machine).archives.keys()));
	const idle = archives.filter(({inUse}) => !inUse);
	const sum = (of: typeof archives): number => of.reduce((all, {bytes}) => all + bytes, 0);
	return {
		kind: 'archives',
		count: archives.length,
		active: archives.length - idle.length,
		bytes: sum(archives),
		reclaimable: sum(idle),
		command: 'tsbox images prune',
		unread: false,
	};
}

function cacheRow(machine: Machine): UseRow {
	const {count, active, bytes, unread} = cacheUse(machine);
	const command = 'tsbox images prune --build-cache';
	return {kind: 'build-cache', count, active, bytes, reclaimable: bytes, command, unread};
}

function folderRows(machine: Machine): readonly UseRow[] {
	const {host, facts, dirs} = machine;
	const records = allRecords(machine);
	const running = new Set(
		records.filter(({process}) => process !== null && isRunning(host, process)).map(({name}) => name),
	);
	const mounted = new Set(records.flatMap(({config}) => config.mounts.map(({source}) => source)));
	const below = (folder: string): readonly string[] => host.list(folder).map(name => `${folder}/${name}`);
	const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
	const volumes = allVolumes(host, dirs.store).map(({name}) => volumeData(dirs.store, name));
	const current = facts.toolbox.kind === 'copy' ? facts.toolbox.id : undefined;
	const layers = [...below(`${dirs.store}/layers`), ...below(`${dirs.store}/kept`)];
	return [
		rowOf(host, 'containers', layers, path => running.has(nameOf(path)), 'tsbox rm'),
		rowOf(host, 'volumes', volumes, path => mounted.has(path), 'tsbox volume prune'),
		rowOf(host, 'records', below(runsFolder(dirs.store)), () => false, 'tsbox runs rm'),
		rowOf(host, 'tools', below(toolboxesFolder(dirs.store)), path => nameOf(path) === current, 'tsbox gc'),
	];
}

function rowOf(
	host: Host,
	kind: UseRow['kind'],
	paths: readonly string[],
	isActive: (path: string) => boolean,
	command: string,
): UseRow {
	const uses = paths.map(path => ({...readableUse(host, path), active: isActive(path)}));
	const sum = (of: typeof uses): number => of.reduce((all, {bytes}) => all + bytes, 0);
	return {
		kind,
		count: uses.length,
		active: uses.filter(({active}) => active).length,
		bytes: sum(uses),
		reclaimable: sum(uses.filter(({active}) => !active)),
		command,
		unread: uses.some(({unread}) => unread),
	};
}
