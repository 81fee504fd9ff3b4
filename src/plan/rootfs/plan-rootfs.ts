import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRange, mappedRoot, type UserMap} from '../../host/id-map.ts';
import {type ImageFacts, lowerFolders} from '../../image/store/facts.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Step} from '../../step/verbs/step.ts';
import {containerPaths, isRootless, overlayInStore, type PlanInput, reached} from '../input/input.ts';
import {pullStep} from './pull-step.ts';

/** The folders of the root on which kernel filesystems are mounted. */
const kernelFolders = ['proc', 'sys', 'dev'];

/** How to build the root: as an overlay over the image, or as a copy if overlay is not available. */
function rootKind(input: PlanInput): 'overlay' | 'copy' {
	const {overlay} = input.facts;
	// The files of a root folder have host owners. Without idmapped mounts only a copy can have the container's owners.
	if (isRange(input.map) && input.image.kind === 'directory' && !overlay.idmapped) return 'copy';
	return overlayInStore(input) || (overlay.tmpfs && !input.extras.keep) ? 'overlay' : 'copy';
}

/** The folders that must exist before each folder of the host's root gets its own overlay. */
function hostFolders(input: PlanInput): readonly string[] {
	if (!isHostByFolders(input)) return [];
	const {upper} = containerPaths(input);
	return input.hostRoot.flatMap(({name, kind}) => {
		const layers = layersOf(input, name);
		return kind === 'folder' ? [layers.upper, layers.work] : kind === 'covered' ? [`${upper}/${name}`] : [];
	});
}

/** The lower layer of the overlay, which is never written to. */
function lowerPath(input: PlanInput): string {
	return lowerFolders(input.image)[0] ?? '/';
}

/** `nodev` keeps device nodes that the container makes with mknod(2) from opening the host's disk. */
function noDevices({extras, map}: PlanInput): readonly string[] {
	return extras.privileged && map === null ? [] : ['nodev'];
}

/** Whether the lower layer is an idmapped mount of the image: `X-mount.idmap` of mount(8). */
function isIdmapped({map, image, facts}: PlanInput): boolean {
	if (!isRange(map) || image.kind === 'host') return false;
	return image.kind === 'archive' ? image.ids === undefined : facts.overlay.idmapped;
}

/** The rows of the root filesystem that host root mounts, because container root cannot. */
export function gatheredRootRows(input: PlanInput): readonly MountRow[] {
	const {gathered} = containerPaths(input);
	if (!isRange(input.map)) return [];
	const root = layersRow(input, `${gathered}/rootfs`, isIdmapped(input) ? `${gathered}/image` : lowerPath(input));
	const made = {...root, options: [...root.options, 'X-mount.mkdir']};
	if (!isIdmapped(input)) return [made];
	const ids = (kind: 'u' | 'g', rows: UserMap['uids']): readonly string[] =>
		rows.map(({inside, outside, count}) => `${kind}:${inside}:${outside}:${count}`);
	const idmap = [...ids('u', input.map.uids), ...ids('g', input.map.gids)].join(' ');
	return [
		{
			source: lowerPath(input),
			target: `${gathered}/image`,
			type: 'none',
			options: ['bind', `X-mount.idmap=${idmap}`, 'X-mount.mkdir'],
			why: 'the image, with the ids of the container in place of those on disk',
		},
		made,
	];
}

/** The row that mounts the root filesystem, from the host or from the gathered mounts. */
export function rootRow(input: PlanInput): MountRow {
	const {root} = containerPaths(input);
	if (!isRange(input.map)) return layersRow(input, root, lowerPath(input));
	return {
		source: `${reached}/rootfs`,
		target: root,
		type: 'none',
		options: ['bind', 'nodev', 'X-mount.mkdir'],
		why: 'the root filesystem: mounts made before the user namespace are locked, a bind mount of them is not',
	};
}

function layersRow(input: PlanInput, target: string, lower: string): MountRow {
	const paths = containerPaths(input);
	if (rootKind(input) === 'copy' || isHostByFolders(input)) {
		return {
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
	}
	const layers = [`lowerdir=${lower}`, `upperdir=${paths.upper}`, `workdir=${paths.work}`];
	return {
		source: 'overlay',
		target,
		type: 'overlay',
		options: [...noDevices(input), ...(isRootless(input) ? ['userxattr'] : []), ...layers],
		why: 'the root filesystem: the image below, a writable layer on top',
	};
}

/** A rootless overlay over the whole host root fails, because its mounts are locked. Each folder gets an overlay instead. */
function isHostByFolders(input: PlanInput): boolean {
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

/** The step that unpacks an archive into the store. */
export function unpackStep(image: Extract<ImageFacts, {kind: 'archive'}>): Step {
	return {
		id: 'image.unpack',
		phase: 'image',
		side: 'before',
		title: `unpack ${image.archive.split('/').at(-1)} into the store${image.ids === undefined ? '' : ', with the ids of the container'}`,
		why: `A container needs a root folder of its own; the archive is unpacked once, by a tar that is itself locked into the target folder, and reused by its digest.${image.ids === undefined ? '' : ' Its files get the owners that root and the others of the container are on the host, because this host has no mounts that change them.'}`,
		man: 'tar(1)',
		object: `folder ${image.path}`,
		action: {
			kind: 'unpack',
			archive: image.archive,
			digest: image.digest,
			target: image.path,
			...(image.ids === undefined ? {} : {ids: image.ids}),
		},
		undo: {kind: 'none', reason: 'the store keeps it for the next start; `tsbox images rm` removes it'},
		checks: [{kind: 'folder', path: image.path}],
	};
}

/**
 * Refuses a path that the options of an overlay cannot carry.
 *
 * @param shown - the path that the error names
 * @throws TsboxError E_SPEC_INVALID.
 */
export function checkOverlayPath(path: string, shown = path): void {
	if (!/[,:\\"]/.test(path)) return;
	throw new TsboxError('E_SPEC_INVALID', `the path ${shown} has a character that overlay's options cannot carry`, {
		why: 'mount options are separated by commas, layers by colons',
		hint: 'rename the folder so that it has no comma, colon, quote or backslash',
	});
}

/**
 * Plans the image and rootfs phases: everything done on disk before the first mount.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED if `rootfs: host` would have to be copied.
 */
export function planRootfs(input: PlanInput): readonly Step[] {
	const {image, extras} = input;
	const paths = containerPaths(input);
	const kind = rootKind(input);
	const steps: Step[] = [];
	const owner = isRange(input.map) ? {owner: mappedRoot(input.map)} : {};
	checkOverlayPath(lowerPath(input) + paths.layer, lowerPath(input));
	if (image.kind === 'archive' && !image.stored) steps.push(unpackStep(image));
	if (image.kind === 'image' && !image.stored) steps.push(pullStep(image, input.folders.store));
	steps.push({
		id: 'rootfs.layer',
		phase: 'rootfs',
		side: 'before',
		title: extras.keep ? 'make or find the kept writable layer' : 'make the folders of a writable layer',
		why: 'What the container writes must land somewhere; the image below it is shared and stays as it is.',
		man: 'mkdir(1)',
		object: `folder ${paths.layer}`,
		action: {
			kind: 'mkdir',
			paths: [paths.upper, paths.work, paths.gathered, ...hostFolders(input)],
			mode: 0o755,
			...owner,
		},
		undo: extras.keep
			? {kind: 'none', reason: '`keep: true`: the writable layer stays for the next start'}
			: {kind: 'removeTree', path: paths.layer},
		checks: [{kind: 'folder', path: paths.gathered}],
	});
	if (kind === 'copy') {
		if (image.kind === 'host') {
			throw new TsboxError('E_HOST_UNSUPPORTED', '`rootfs: host` needs overlay, and this host has none', {
				why: input.facts.overlay.why ?? 'no overlay could be mounted',
				hint: 'load it with `modprobe overlay`, or use an archive as rootfs',
			});
		}
		steps.push({
			id: 'rootfs.copy',
			phase: 'rootfs',
			side: 'before',
			title: 'copy the root filesystem',
			why: copyWhy(input),
			man: 'cp(1)',
			object: `folder ${paths.upper}`,
			action: {
				kind: 'copyTree',
				from: lowerPath(input),
				to: paths.upper,
				...(isRange(input.map) && image.kind === 'directory' ? {ids: input.map} : {}),
			},
			undo: {kind: 'none', reason: 'it goes with the writable layer'},
			checks: [{kind: 'folder', path: paths.upper}],
		});
	}
	steps.push({
		id: 'rootfs.folders',
		phase: 'rootfs',
		side: 'before',
		title: 'see that proc, sys and dev are plain folders',
		why: 'A root filesystem in which /proc is a symlink would send the kernel files somewhere else (CVE-2019-19921).',
		man: 'symlink(7)',
		object: null,
		action: {
			kind: 'plainFolders',
			roots: kind === 'copy' || isHostByFolders(input) ? [paths.upper] : [paths.upper, lowerPath(input)],
			names: kernelFolders,
		},
		undo: {kind: 'none', reason: 'they go with the writable layer'},
		checks: [],
	});
	return steps;
}

function copyWhy({map, image, facts}: PlanInput): string {
	return isRange(map) && image.kind === 'directory' && facts.overlay.store
		? 'The files belong to ids that the container does not have, and this host has no mounts that change them: it gets a copy with its own owners. An archive as `rootfs` is copied once, not at each start.'
		: 'This host can mount no overlay, so the container gets a copy to write in.';
}
