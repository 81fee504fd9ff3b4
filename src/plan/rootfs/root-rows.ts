import {posix} from 'node:path';
import {isRange, type RangeMap, type UserMap} from '../../host/id-map.ts';
import {lowerFolders} from '../../image/store/facts.ts';
import {lowerOption} from '../../host/programs/lower-option.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import {containerPaths, isRootless, overlayInStore, type PlanInput, reachedIn} from '../input/input.ts';

/** How to build the root: as an overlay over the image, or as a copy if overlay is not available or there is nothing to lie over. */
export function rootKind(input: PlanInput): 'overlay' | 'copy' {
	const {overlay} = input.facts;
	if (lowerFolders(input.image).length === 0) return 'copy';
	// The files of a root folder have host owners. Without idmapped mounts only a copy can have the container's owners.
	if (isRange(input.map) && input.image.kind === 'directory' && !overlay.idmapped) return 'copy';
	return overlayInStore(input) || (overlay.tmpfs && !input.extras.keep) ? 'overlay' : 'copy';
}

/** The folders that must exist before each folder of the host's root gets its own overlay. */
export function hostFolders(input: PlanInput): readonly string[] {
	if (!isHostByFolders(input)) return [];
	const {upper} = containerPaths(input);
	return input.hostRoot.flatMap(({name, kind}) => {
		const layers = layersOf(input, name);
		return kind === 'folder' ? [layers.upper, layers.work] : kind === 'covered' ? [`${upper}/${name}`] : [];
	});
}

/** A mount of the root filesystem. */
export interface RootMount {
	readonly row: MountRow;
	/** The working directory of the mount, which the row's lower folders are relative to. */
	readonly cwd?: string;
}

/** The mounts of the root filesystem that host root makes, because container root cannot. */
export interface GatheredRoot {
	/** Mounts below the root filesystem. */
	readonly below: readonly MountRow[];
	readonly root: RootMount;
}

/** `nodev` keeps device nodes that the container makes with mknod(2) from opening the host's disk. */
function noDevices({extras, map}: PlanInput): readonly string[] {
	return extras.privileged && map === null ? [] : ['nodev'];
}

/** Whether the lower layer is an idmapped mount of the image: `X-mount.idmap` of mount(8). */
function isIdmapped({map, image, facts}: PlanInput): boolean {
	if (!isRange(map) || image.kind === 'host') return false;
	return image.kind === 'directory' ? facts.overlay.idmapped : image.ids === undefined;
}

/** The rows of the root filesystem that host root mounts for a container with a range of ids. */
export function gatheredRoot(input: PlanInput, map: RangeMap): GatheredRoot {
	const {gathered} = containerPaths(input);
	const lowers = lowerFolders(input.image);
	const target = `${gathered}/rootfs`;
	const mkdir = ({row, ...rest}: RootMount): RootMount => ({
		row: {...row, options: [...row.options, 'X-mount.mkdir']},
		...rest,
	});
	const [first] = lowers;
	if (!isIdmapped(input) || first === undefined) return {below: [], root: mkdir(layersMount(input, target, lowers))};
	const ids = (kind: 'u' | 'g', rows: UserMap['uids']): readonly string[] =>
		rows.map(({inside, outside, count}) => `${kind}:${inside}:${outside}:${count}`);
	const idmap = [...ids('u', map.uids), ...ids('g', map.gids)].join(' ');
	const isImage = input.image.kind === 'image';
	const mapped = `${gathered}/image`;
	// One mount serves all layers, which are side by side in the store.
	const source = isImage ? posix.dirname(posix.dirname(first)) : first;
	return {
		below: [
			{
				source,
				target: mapped,
				type: 'none',
				options: ['bind', `X-mount.idmap=${idmap}`, 'X-mount.mkdir'],
				why: `${isImage ? 'the layers of images' : 'the image'}, with the ids of the container in place of those on disk`,
			},
		],
		root: mkdir(
			layersMount(
				input,
				target,
				lowers.map(path => `${mapped}${path.slice(source.length)}`),
			),
		),
	};
}

/** The mount of the root filesystem, from the host or from the gathered mounts. */
export function rootMount(input: PlanInput): RootMount {
	const {root} = containerPaths(input);
	const {path} = input.config.root;
	if (input.extras.bundle !== undefined) {
		const isGathered = isRange(input.map);
		const options = ['rbind', 'rprivate', ...(root === path ? [] : ['X-mount.mkdir'])];
		const source = isGathered ? `${reachedIn(input)}/rootfs` : path;
		return {row: {source, target: root, type: 'none', options, why: 'the root filesystem, as the engine gave it'}};
	}
	if (!isRange(input.map)) return layersMount(input, root, lowerFolders(input.image));
	const row = {
		source: `${reachedIn(input)}/rootfs`,
		target: root,
		type: 'none',
		options: ['bind', 'nodev', 'X-mount.mkdir'],
		why: 'the root filesystem: mounts made before the user namespace are locked, a bind mount of them is not',
	};
	return {row};
}

/** The longest name of a container, characters: container-name.ts of spec/values. */
const longestName = 64;

/** Bytes by which texts would be longer with the longest name. A plan must be the same for every name: renamed.ts of container/plan. */
function spareFor({extras: {name}}: PlanInput, texts: readonly string[]): number {
	return (longestName - name.length) * texts.filter(text => text.includes(`/${name}/`)).length;
}

/** @param lowers - topmost first */
function layersMount(input: PlanInput, target: string, lowers: readonly string[]): RootMount {
	const paths = containerPaths(input);
	if (rootKind(input) === 'copy' || isHostByFolders(input)) {
		const row = {
			source: paths.upper,
			target,
			type: 'none',
			options: [
				'bind',
				...noDevices(input),
				...(!isRootless(input) ? [] : input.storeLocked.filter(flag => flag !== 'nodev')),
			],
			why: "the container's own copy of the root filesystem",
		};
		return {row};
	}
	const flags = [...noDevices(input), ...(isRootless(input) ? ['userxattr'] : [])];
	const writable = [`upperdir=${paths.upper}`, `workdir=${paths.work}`];
	const {option, ...rest} = lowerOption(lowers, [...flags, ...writable], spareFor(input, [...lowers, ...writable]));
	const row = {
		source: 'overlay',
		target,
		type: 'overlay',
		options: [...flags, option, ...writable],
		why: 'the root filesystem: the image below, a writable layer on top',
	};
	return {row, ...rest};
}

/** A rootless overlay over the whole host root fails, because its mounts are locked. Each folder gets an overlay instead. */
export function isHostByFolders(input: PlanInput): boolean {
	return input.image.kind === 'host' && isRootless(input);
}

/** The layers of one folder of the host's root. */
function layersOf(input: PlanInput, name: string): {readonly upper: string; readonly work: string} {
	const {layer} = containerPaths(input);
	return {upper: `${layer}/folders/${name}/upper`, work: `${layer}/folders/${name}/work`};
}

/** The rows that mount the host's folders into a rootless root, each with its own writable layer. */
export function hostFolderRows(input: PlanInput): readonly MountRow[] {
	if (!isHostByFolders(input)) return [];
	return input.hostRoot
		.filter(({kind}) => kind === 'folder')
		.map(({name}) => {
			const {upper, work} = layersOf(input, name);
			return {
				source: 'overlay',
				target: `${containerPaths(input).root}/${name}`,
				type: 'overlay',
				options: [
					...noDevices(input),
					'userxattr',
					`lowerdir=/${name}`,
					`upperdir=${upper}`,
					`workdir=${work}`,
					'X-mount.mkdir',
				],
				why: 'a folder of the host below, a writable layer on top',
			};
		});
}
