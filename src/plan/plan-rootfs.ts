import {TsboxError} from '../errors/tsbox-error.ts';
import type {ImageFacts} from '../image/facts.ts';
import type {MountRow} from '../step/action.ts';
import type {Step} from '../step/step.ts';
import {containerPaths, overlayInStore, type PlanInput} from './input.ts';

/** The folders of the root that the kernel's own filesystems are mounted on. */
const kernelFolders = ['proc', 'sys', 'dev'];

/** How the root is put together: an overlay over the image, or a copy where overlay can't be had. */
function rootKind(input: PlanInput): 'overlay' | 'copy' {
	const {overlay} = input.facts;
	return overlayInStore(input) || (overlay.tmpfs && !input.service.keep) ? 'overlay' : 'copy';
}

/** What must be there before the host's folders can be mounted one by one. */
function hostFolders(input: PlanInput): readonly string[] {
	if (!isHostByFolders(input)) return [];
	const {upper} = containerPaths(input);
	return input.hostRoot.flatMap(({name, kind}) => {
		const layers = layersOf(input, name);
		return kind === 'folder' ? [layers.upper, layers.work] : kind === 'covered' ? [`${upper}/${name}`] : [];
	});
}

/** The tree that the container is made over; never written. */
function lowerPath(input: PlanInput): string {
	return input.image.kind === 'host' ? '/' : input.image.path;
}

/** A node that the container makes with mknod(2) must not open: it would be the host's disk. */
function noDevices({service}: PlanInput): readonly string[] {
	return service.privileged ? [] : ['nodev'];
}

/** The row that mounts the root filesystem. */
export function rootRow(input: PlanInput): MountRow {
	const paths = containerPaths(input);
	if (rootKind(input) === 'copy' || isHostByFolders(input)) {
		return {
			source: paths.upper,
			target: paths.root,
			type: 'none',
			options: [
				'bind',
				...noDevices(input),
				...(input.map === null ? [] : input.storeLocked.filter(flag => flag !== 'nodev')),
			],
			why: "the container's own copy of the root filesystem",
		};
	}
	const layers = [`lowerdir=${lowerPath(input)}`, `upperdir=${paths.upper}`, `workdir=${paths.work}`];
	return {
		source: 'overlay',
		target: paths.root,
		type: 'overlay',
		options: [...noDevices(input), ...(input.map === null ? [] : ['userxattr']), ...layers],
		why: 'the root filesystem: the image below, a writable layer on top',
	};
}

/** An ordinary user can have no overlay over the host's whole root, whose mounts are locked: only over its folders. */
function isHostByFolders({image, map}: PlanInput): boolean {
	return image.kind === 'host' && map !== null;
}

/** The layers of one folder of the host's root. */
function layersOf(input: PlanInput, name: string): {readonly upper: string; readonly work: string} {
	const {layer} = containerPaths(input);
	return {upper: `${layer}/folders/${name}/upper`, work: `${layer}/folders/${name}/work`};
}

/** The rows that put the host's folders into a root of an ordinary user, each with a writable layer of its own. */
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
		side: 'host',
		title: `unpack ${image.archive.split('/').at(-1)} into the store`,
		why: 'A container needs a root folder of its own; the archive is unpacked once, by a tar that is itself locked into the target folder, and reused by its digest.',
		man: 'tar(1)',
		object: `folder ${image.path}`,
		action: {kind: 'unpack', archive: image.archive, digest: image.digest, target: image.path},
		undo: {kind: 'none', reason: 'the store keeps it for the next start; `tsbox images rm` removes it'},
		checks: [{kind: 'folder', path: image.path}],
	};
}

/**
 * Image and rootfs phases: what is done on disk before anything is mounted.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED where `rootfs: host` would have to be copied.
 */
export function planRootfs(input: PlanInput): readonly Step[] {
	const {image, service} = input;
	const paths = containerPaths(input);
	const kind = rootKind(input);
	const steps: Step[] = [];
	if (/[,:\\"]/.test(lowerPath(input) + paths.layer)) {
		throw new TsboxError(
			'E_SPEC_INVALID',
			`the path ${lowerPath(input)} has a character that overlay's options can't carry`,
			{
				why: 'mount options are separated by commas, layers by colons',
				hint: 'rename the folder so that it has no comma, colon, quote or backslash',
			},
		);
	}
	if (image.kind === 'archive' && !image.stored) steps.push(unpackStep(image));
	steps.push({
		id: 'rootfs.layer',
		phase: 'rootfs',
		side: 'host',
		title: service.keep ? 'make or find the kept writable layer' : 'make the folders of a writable layer',
		why: 'What the container writes must land somewhere; the image below it is shared and stays as it is.',
		man: 'mkdir(1)',
		object: `folder ${paths.layer}`,
		action: {kind: 'mkdir', paths: [paths.upper, paths.work, paths.root, ...hostFolders(input)], mode: 0o755},
		undo: service.keep
			? {kind: 'none', reason: '`keep: true`: the writable layer stays for the next start'}
			: {kind: 'removeTree', path: paths.layer},
		checks: [{kind: 'folder', path: paths.root}],
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
			side: 'host',
			title: 'copy the root filesystem',
			why: 'This host can mount no overlay, so the container gets a copy to write in.',
			man: 'cp(1)',
			object: `folder ${paths.upper}`,
			action: {kind: 'copyTree', from: image.path, to: paths.upper},
			undo: {kind: 'none', reason: 'it goes with the writable layer'},
			checks: [{kind: 'folder', path: paths.upper}],
		});
	}
	steps.push({
		id: 'rootfs.folders',
		phase: 'rootfs',
		side: 'host',
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
