import {lowerOption} from '../../host/programs/lower-option.ts';
import {lowerFolders} from '../../image/store/facts.ts';
import {toolboxFolder} from '../../host/programs/sealed-tools.ts';
import type {Step} from '../../step/verbs/step.ts';
import {isRootless, type PlanInput} from '../input/input.ts';
import {insideStep} from '../input/inside-step.ts';
import {checkOverlayPath} from '../rootfs/plan-rootfs.ts';
import {chrootWords} from './bare-start.ts';

/** The extras of a bare container. */
export type Bare = NonNullable<PlanInput['extras']['bare']>;

/** Folders of a bare container: its root filesystem, and with an overlay the mount over it. */
export interface Places {
	readonly rootfs: string;
	/** What becomes the root. */
	readonly root: string;
	readonly layer: string;
}

const endsWithMounts = {kind: 'none', reason: 'it goes with the mount namespace'} as const;
const endsWithProcess = {kind: 'none', reason: 'it ends with the process'} as const;

/** The step that mounts an overlay over the root filesystem; none unless the spec asks for it. */
export function overlaySteps({overlay}: Bare, {layer, rootfs, root}: Places, input: PlanInput): readonly Step[] {
	if (!overlay) return [];
	checkOverlayPath(layer);
	const inside = insideStep(endsWithMounts);
	const others = [`upperdir=${layer}/upper`, `workdir=${layer}/work`, ...(isRootless(input) ? ['userxattr'] : [])];
	const lowers = lowerFolders(input.image);
	// One layer was copied into the folder.
	const {option, ...rest} = lowerOption([rootfs, ...(lowers.length > 1 ? lowers : [])], others);
	const options = [option, ...others].join(',');
	const proc = input.config.mounts.some(({type}) => type === 'proc');
	return [
		inside(
			'mounts.overlay',
			'mount a writable layer over the root filesystem',
			'An overlay shows two folders as one: the lower one is never written to, and every change lands in the upper one. Many containers can share a lower folder.',
			'mount(8)',
			{
				object: `mount ${root}`,
				action: {
					kind: 'mounts',
					commands: [
						['-t', 'overlay', 'overlay', '-o', options, root],
						...(proc ? [['-n', '--move', `${rootfs}/proc`, `${root}/proc`]] : []),
					],
					...rest,
				},
				checks: input.extras.root === 'pivot' ? [{kind: 'mount', target: '/', type: 'overlay', options: []}] : [],
			},
		),
	];
}

/** One mount(8) for each volume: `mount --bind -o ro SOURCE TARGET`. */
export function bindSteps(input: PlanInput, {root}: Places): readonly Step[] {
	const inside = insideStep(endsWithMounts);
	return input.config.mounts
		.filter(({type}) => type === 'bind')
		.map(({source, destination, options}) => {
			const isReadOnly = options.includes('ro');
			const real = input.sources[source]?.real ?? source;
			const hasMounts = options.includes('rbind') && (input.sources[source]?.submounts.length ?? 0) > 0;
			const words = [hasMounts ? '--rbind' : '--bind', ...(isReadOnly ? ['-o', 'ro'] : []), real];
			return inside(
				`mounts.bind${destination.replaceAll('/', '.')}`,
				`show ${source} on ${destination}${isReadOnly ? ', read-only' : ''}`,
				`A bind mount shows a folder at a second place.${isReadOnly ? ' `ro` belongs to the mount and not to the files: through it not even root can write, while the host still can.' : ''}`,
				'mount(8)',
				{
					object: `mount ${destination}`,
					action: {kind: 'mounts', commands: [[...words, `${root}${destination}`]]},
					checks:
						input.extras.root === 'pivot'
							? [{kind: 'mount', target: destination, type: '', options: isReadOnly ? ['ro'] : []}]
							: [],
				},
			);
		});
}

/** The filter is opened while the host's files have names. */
export function onHost(step: Step): Step {
	return {...step, action: {...step.action, onHost: true}} as Step;
}

/** Where pivot_root(8) puts the host's root, until it is unmounted. */
export const oldRoot = '/.old';

/** The steps that make the root filesystem the root by pivot_root(8), and let go of the host's root. */
export function pivotSteps(input: PlanInput, {root}: Places, {overlay}: Bare): readonly Step[] {
	const inside = insideStep(endsWithMounts);
	const toolbox = toolboxFolder(input.facts, input.folders.store);
	return [
		inside(
			'root.pivot',
			'make it the root of the mount namespace',
			"chroot(2) moves the root of one process, and a process with CAP_SYS_CHROOT walks back out. pivot_root(2) changes the root mount itself; the host's root lies on a folder now.",
			'pivot_root(8)',
			{
				object: 'root mount',
				action: {
					kind: 'pivotRoot',
					newRoot: root,
					toolbox,
					putOld: `${root}${oldRoot}`,
					...(overlay ? {} : {bind: true as const}),
				},
				...(overlay ? {} : {checks: [{kind: 'root' as const, path: root}]}),
			},
		),
		inside(
			'root.release',
			"let go of the host's root",
			'After this no path leads to a file of the host: `..` at the root is the root. The tools that still run were opened before.',
			'umount(8)',
			{action: {kind: 'run', tool: 'umount', args: ['-n', '-l', oldRoot], place: 'toolbox'}},
		),
	];
}

/** The step that makes the root filesystem the root by chroot(8), once the process is in its namespaces. */
export function chrootStep({root}: Places, {overlay}: Bare): Step {
	const inside = insideStep(endsWithProcess);
	return inside(...chrootWords, {
		object: 'root folder of the process',
		action: {kind: 'chroot', newRoot: root, toolbox: null},
		...(overlay ? {} : {checks: [{kind: 'root' as const, path: root}]}),
	});
}
