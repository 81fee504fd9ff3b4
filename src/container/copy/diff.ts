import {TsboxError} from '../../errors/tsbox-error.ts';
import {type Pinned, pin, pinBelow, readableNames, type Stats, statBelow, unpin} from '../../host/files/pinned.ts';
import {parseMountinfo} from '../../host/probe/mountinfo.ts';
import type {Host} from '../../host/host.ts';
import {lowerFolders} from '../../image/store/facts.ts';
import {
	closeMerged,
	isWhiteout,
	mergedBelow,
	type MergedFolder,
	openMerged,
	statMerged,
} from '../../image/store/merged-folder.ts';
import {type ContainerRecord, containerFolder} from '../../state/record.ts';
import {readStartReport} from '../../state/start-report.ts';
import {findContainer} from '../machine/find-container.ts';
import type {Machine} from '../machine/machine.ts';
import {doesNotRun, type RunningRecord, runs} from '../machine/running-container.ts';
import {type Layer, plannedLayers} from './planned-layers.ts';

/** A path that differs between a container and its image: added (A), changed (C), or deleted (D). */
export interface PathChange {
	readonly change: 'A' | 'C' | 'D';
	/** Path from the container's root. */
	readonly path: string;
}

/** Most levels to walk. A container can create folders of any depth, and each level holds two descriptors open. */
const maxDepth = 256;

/** The state of a walk. */
interface Walk {
	readonly host: Host;
	/** Mount points. Anything below them in the layer was created by tsbox or is hidden. */
	readonly covered: readonly string[];
	readonly unread: string[];
	/** Called for every entry of the layer. */
	readonly look?: LayerLook | undefined;
}

/** Receives a name in an open folder of the layer, its path in the container, and its facts. */
export type LayerLook = (folder: Pinned, name: Buffer, path: string, stats: Stats) => void;

/** The result of {@link diff}. */
export interface Difference {
	/** Sorted by path. */
	readonly changes: readonly PathChange[];
	/** Folders that the caller may not read or that are too deep. */
	readonly unread: readonly string[];
}

/**
 * The changes of a running or ended container to its image, by comparing the upper folder of its overlay with the image. The
 * container may write meanwhile, so no symlink is followed and no path is looked up twice. A folder that was deleted and
 * created again shows as changed, without its deleted content: unprivileged programs cannot read its mark
 * (`trusted.overlay.opaque`, overlayfs.rst).
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION, E_HOST_UNSUPPORTED when the root filesystem is a copy.
 */
export async function diff(machine: Machine, name: string): Promise<Difference> {
	const {layers, covered} = writableLayers(machine, findContainer(machine, name));
	return walkLayers(machine.host, layers, covered);
}

/**
 * The writable layers of a running or ended container, and the paths at which it has something mounted.
 *
 * @throws TsboxError E_STATE, E_HOST_UNSUPPORTED when the root filesystem is a copy.
 */
export function writableLayers(
	machine: Machine,
	record: ContainerRecord,
): {readonly layers: readonly Layer[]; readonly covered: readonly string[]} {
	const destinations = record.config.mounts.map(({destination}) => destination);
	if (runs(machine, record)) {
		const {layers, mounts} = layersOf(machine, record);
		return {layers, covered: [...mounts, ...destinations]};
	}
	const layers = layersAtRest(machine, record);
	return {layers, covered: [...destinations, ...layers.map(({place}) => place).filter(place => place !== '')]};
}

/**
 * Compares writable layers with the folders below them.
 *
 * @param covered - the mount points of the container
 */
export function walkLayers(
	host: Host,
	layers: readonly Layer[],
	covered: readonly string[],
	look?: LayerLook,
): Difference {
	const walk: Walk = {host, covered: [...new Set(covered)], unread: [], look};
	const changes = layers.flatMap(layer => walkLayer(layer, walk));
	return {changes: changes.sort((one, other) => (one.path < other.path ? -1 : 1)), unread: walk.unread};
}

/** The layers of a running container that the kernel shows as mounted. */
function layersOf(
	{host, dirs}: Machine,
	{name, image, process}: RunningRecord,
): {readonly layers: readonly Layer[]; readonly mounts: readonly string[]} {
	const rows = parseMountinfo(host.readText(`/proc/${process.pid}/mountinfo`) ?? '');
	const places = [
		`${dirs.store}/kept/${name}`,
		`${dirs.store}/layers/${name}`,
		`${containerFolder(dirs.state, name)}/layer`,
	];
	const shown = (upper: string, target: string): boolean =>
		rows.some(
			row =>
				row.type === 'overlay' &&
				row.target === target &&
				row.superOptions.includes(`upperdir=${upper.replaceAll(' ', '\\040')}`),
		);
	const mounts = rows.map(({target}) => target).filter(target => target !== '/');
	for (const place of places) {
		const root = {upper: `${place}/upper`, lowers: lowerFolders(image), place: ''};
		if (shown(root.upper, '/')) return {layers: [root], mounts};
		const folders = mounts.filter(target => shown(`${place}/folders${target}/upper`, target));
		const layers = folders.map(target => ({upper: `${place}/folders${target}/upper`, lowers: [target], place: target}));
		if (layers.length > 0) return {layers: [...layers, {...root, addedOnly: true}], mounts};
	}
	throw noLayer(name);
}

function noLayer(name: string): TsboxError {
	return new TsboxError('E_HOST_UNSUPPORTED', `${name} has no writable layer to compare`, {
		why: 'its root filesystem is a copy and not an overlay, so new files are not kept apart',
		hint: 'run `tsbox doctor` to see why overlay does not work here; with `profile: bare`, add `overlay: true`',
	});
}

/** The layers of an ended container's last start. They stay until the container is removed. */
function layersAtRest(machine: Machine, record: ContainerRecord): readonly Layer[] {
	const {host, dirs} = machine;
	const report = readStartReport(host, containerFolder(dirs.state, record.name));
	if (record.detached === undefined || report === undefined) throw doesNotRun(machine, record);
	const layers = plannedLayers({plan: report.plan, image: record.image});
	if (layers.length > 0 && layers.every(({upper}) => host.lstat(upper)?.kind === 'directory')) return layers;
	throw noLayer(record.name);
}

function walkLayer({upper, lowers, place, addedOnly}: Layer, walk: Walk): readonly PathChange[] {
	const [over, under] = [pin(upper), openMerged(walk.host, lowers)];
	try {
		const changes = walkFolder(over, under, place, walk, 0);
		if (addedOnly === true) {
			const added = changes.flatMap(({change, path}) => (change === 'A' && path.lastIndexOf('/') === 0 ? [path] : []));
			return changes.filter(({path}) => added.some(top => path === top || path.startsWith(`${top}/`)));
		}
		return place === '' || changes.length === 0 ? changes : [{change: 'C', path: place}, ...changes];
	} finally {
		unpin(over);
		closeMerged(under);
	}
}

function walkFolder(
	upper: Pinned,
	lower: MergedFolder | undefined,
	place: string,
	walk: Walk,
	depth: number,
): readonly PathChange[] {
	const names = depth > maxDepth ? undefined : readableNames(upper);
	if (names === undefined) {
		walk.unread.push(place);
		return [];
	}
	return names.flatMap(name => changesOf(upper, lower, name, place, walk, depth));
}

function changesOf(
	upper: Pinned,
	lower: MergedFolder | undefined,
	name: Buffer,
	place: string,
	walk: Walk,
	depth: number,
): readonly PathChange[] {
	const path = `${place}/${name.toString()}`;
	const stats = walk.covered.includes(path) ? undefined : statBelow(upper, name);
	if (stats === undefined) return [];
	const before = lower === undefined ? undefined : statMerged(lower, name);
	if (isWhiteout(stats)) return before === undefined ? [] : [{change: 'D', path}];
	walk.look?.(upper, name, path, stats);
	const own = {change: before === undefined ? 'A' : 'C', path} as const;
	const folder = pinBelow(upper, name);
	if (folder === undefined) return [own];
	const beneath = lower === undefined ? undefined : mergedBelow(lower, name);
	try {
		const below = walkFolder(folder, beneath, path, walk, depth + 1);
		// The folder exists only to hold a mount point.
		const forMount = below.length === 0 && walk.covered.some(target => target.startsWith(`${path}/`));
		return forMount ? [] : [own, ...below];
	} finally {
		unpin(folder);
		if (beneath !== undefined) closeMerged(beneath);
	}
}
