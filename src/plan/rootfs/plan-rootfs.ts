import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRange, mappedRoot} from '../../host/id-map.ts';
import {type ImageFacts, imageName, lowerFolders} from '../../image/store/facts.ts';
import type {Step, StepBefore} from '../../step/verbs/step.ts';
import {containerPaths, type PlanInput} from '../input/input.ts';
import {pullStep} from './pull-step.ts';
import {hostFolders, isHostByFolders, rootKind} from './root-rows.ts';

/** The folders of the root on which kernel filesystems are mounted. */
const kernelFolders = ['proc', 'sys', 'dev'];

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
 * @throws TsboxError E_HOST_UNSUPPORTED if `rootfs: host` or an image of several layers would have to be copied.
 */
export function planRootfs(input: PlanInput): readonly Step[] {
	const {image, extras} = input;
	const paths = containerPaths(input);
	const kind = rootKind(input);
	const steps: Step[] = [];
	const owner = isRange(input.map) ? {owner: mappedRoot(input.map)} : {};
	const lowers = lowerFolders(image);
	const base = image.kind === 'image' ? input.folders.store : (lowers[0] ?? '/');
	checkOverlayPath(base + paths.layer, base);
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
	if (kind === 'copy' && lowers.length > 0) steps.push(copyStep(input));
	steps.push(
		foldersStep(kind === 'copy' || isHostByFolders(input) ? [paths.upper] : [paths.upper, ...lowers], kernelFolders),
	);
	return steps;
}

/**
 * The step that refuses anything but a folder where kernel filesystems are mounted.
 *
 * @param roots - the layers of the root filesystem, topmost first
 */
export function foldersStep(roots: readonly string[], names: readonly string[]): StepBefore {
	return {
		id: 'rootfs.folders',
		phase: 'rootfs',
		side: 'before',
		title: `see that ${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''} are plain folders`,
		why: 'A root filesystem in which /proc is a symlink would send the kernel files somewhere else (CVE-2019-19921).',
		man: 'symlink(7)',
		object: null,
		action: {kind: 'plainFolders', roots, names},
		undo: {kind: 'none', reason: 'they go with the writable layer'},
		checks: [],
	};
}

/** The step that copies the root filesystem where no overlay can show it. */
function copyStep(input: PlanInput): Step {
	const {image, facts, map} = input;
	const {upper} = containerPaths(input);
	const [lower = '/', ...others] = lowerFolders(image);
	if (image.kind === 'host') {
		throw new TsboxError('E_HOST_UNSUPPORTED', '`rootfs: host` needs overlay, and this host has none', {
			why: facts.overlay.why ?? 'no overlay could be mounted',
			hint: 'load it with `modprobe overlay`, or use an archive as rootfs',
		});
	}
	if (others.length > 0) {
		throw new TsboxError('E_HOST_UNSUPPORTED', `${imageName(image)} needs overlay, and this host has none`, {
			why: `it has ${others.length + 1} layers, and ${facts.overlay.why ?? 'no overlay could be mounted'}`,
			hint: 'load it with `modprobe overlay`, or use an archive as rootfs',
		});
	}
	return {
		id: 'rootfs.copy',
		phase: 'rootfs',
		side: 'before',
		title: 'copy the root filesystem',
		why: copyWhy(input),
		man: 'cp(1)',
		object: `folder ${upper}`,
		action: {
			kind: 'copyTree',
			from: lower,
			to: upper,
			...(isRange(map) && image.kind === 'directory' ? {ids: map} : {}),
		},
		undo: {kind: 'none', reason: 'it goes with the writable layer'},
		checks: [{kind: 'folder', path: upper}],
	};
}

function copyWhy({map, image, facts}: PlanInput): string {
	return isRange(map) && image.kind === 'directory' && facts.overlay.store
		? 'The files belong to ids that the container does not have, and this host has no mounts that change them: it gets a copy with its own owners. An archive as `rootfs` is copied once, not at each start.'
		: 'This host can mount no overlay, so the container gets a copy to write in.';
}
