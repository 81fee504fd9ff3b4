import {TsboxError} from '../../errors/tsbox-error.ts';
import {imageName, lowerFolders} from '../../image/store/facts.ts';
import {callTrouble} from '../../step/calls/call-trouble.ts';
import {chosenExecutor} from '../../step/calls/chosen-executor.ts';
import type {HostAction} from '../../step/verbs/action.ts';
import type {Plan, Step} from '../../step/verbs/step.ts';
import {type CgroupPlan, planCgroup} from '../cgroup/plan-cgroup.ts';
import {containerPaths, isRootless, namespacesOf, type PlanInput} from '../input/input.ts';
import {shortfalls} from '../input/unsupported.ts';
import {planProcess} from '../process/plan-process.ts';
import {planSecurity} from '../security/plan-security.ts';
import {protections} from '../security/protections.ts';
import {
	type Bare,
	bindSteps,
	chrootStep,
	oldRoot,
	onHost,
	overlaySteps,
	type Places,
	pivotSteps,
} from './bare-mounts.ts';

import {bareStart} from './bare-start.ts';
import {vethSteps} from './bare-veth.ts';

/**
 * Plans a container of `profile: bare`, one step for each thing that the spec asks for, each as the command that a person would
 * type: to learn from, and to see what the default profile adds. It has no stage, so its tools are the host's until the root is
 * changed by pivot_root(8), when they come from the toolbox, or by chroot(8), when there are none.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, E_SPEC_INVALID for what this host cannot do.
 */
export function planBare(input: PlanInput, bare: Bare): Plan {
	const {extras} = input;
	const missing = shortfalls(input.bestEffort);
	const places = placesOf(input, bare);
	// Files of the cgroup belong to root of the host, who starts the container, whatever ids the container has.
	const asRoot = isRootless(input) ? input : {...input, map: null};
	const cgroup = bareCgroup(planCgroup(asRoot, missing), input, places);
	const security = planSecurity(input, missing);
	const process = planProcess(input, missing, security);
	const exec = process.at(-1);
	if (exec?.action.kind !== 'exec') throw new TypeError('the plan runs nothing');
	const isChroot = extras.root === 'chroot';
	const inside = [
		...overlaySteps(bare, places, input),
		...bindSteps(input, places),
		...security.steps.map(step => (step.action.kind === 'openFilter' ? onHost(step) : step)),
		...(isChroot ? [] : pivotSteps(input, places, bare)),
		...(bare.drops ? process.slice(0, -1) : []),
	];
	const {start, others} = bareStart(input, cgroup, isChroot ? places.root : null, inside.length > 0);
	const chroot = start.action.kind === 'start' && start.action.chroot !== undefined ? [] : [chrootStep(places, bare)];
	const steps = [
		rootfsStep(input, bare, places),
		...cgroup.steps,
		start,
		...others,
		...inside,
		...(isChroot ? chroot : []),
		...vethSteps(input, bare),
		isChroot ? {...exec, action: {...exec.action, ownShell: true}} : exec,
	] as Step[];
	return {
		schema: 1,
		name: extras.name,
		spec: input.spec,
		namespaces: namespacesOf(input),
		executor: chosenExecutor(input.executor, () => callTrouble(steps, input.facts)),
		steps,
		warnings: [
			'BARE: this container has no protection but what its steps name; use it to learn, and never for files that you do not trust',
			...extras.warnings,
			...missing.warnings,
		],
		protections: protections(input, security),
	};
}

function placesOf(input: PlanInput, {overlay}: Bare): Places {
	const {layer} = containerPaths(input);
	const rootfs = `${layer}/rootfs`;
	return {layer, rootfs, root: overlay ? `${layer}/merged` : rootfs};
}

/**
 * The folder that the container gets a copy of. Several layers are never copied: only an overlay can show them as one tree.
 *
 * @throws TsboxError E_SPEC_INVALID for several layers without an overlay.
 */
function copiedFolders({image}: PlanInput, overlay: boolean): readonly string[] {
	const lowers = lowerFolders(image);
	if (lowers.length <= 1) return lowers;
	if (overlay) return [];
	throw new TsboxError('E_SPEC_INVALID', `\`profile: bare\` cannot copy ${imageName(image)}`, {
		why: `it has ${lowers.length} layers, which only an overlay shows as one tree`,
		hint: 'add `overlay: true`',
	});
}

/** Copies the root filesystem, so that nothing that the container does reaches the archive, the folder, or another container. */
function rootfsStep(input: PlanInput, {overlay}: Bare, {layer, rootfs}: Places): Step {
	const {image, config, extras, sources} = input;
	if (image.kind === 'host') throw new TypeError('a bare container has a root of its own');
	const copied = copiedFolders(input, overlay);
	const binds = config.mounts.filter(({type}) => type === 'bind');
	const kinds = binds.map(({source, destination}) => [sources[source]?.kind ?? 'folder', destination] as const);
	const pointsOf = (kind: string): readonly string[] => kinds.flatMap(([each, path]) => (each === kind ? [path] : []));
	const folders = [
		...(config.mounts.some(({type}) => type === 'proc') ? ['/proc'] : []),
		...(extras.root === 'pivot' ? [oldRoot] : []),
		...pointsOf('folder'),
	];
	// perl -e reads /dev/null first, and an empty file is as good.
	const loadsFilter = input.seccomp !== null && extras.root === 'pivot';
	const files = [...(loadsFilter ? ['/dev/null'] : []), ...pointsOf('file')];
	const actions: readonly HostAction[] = [
		{
			kind: 'mkdir',
			paths: [rootfs, ...(overlay ? ['upper', 'work', 'merged'].map(name => `${layer}/${name}`) : [])],
			mode: 0o755,
		},
		...copied.map(from => ({kind: 'copyTree' as const, from, to: rootfs})),
		...(folders.length + files.length > 0 ? [{kind: 'pointsIn' as const, root: rootfs, folders, files}] : []),
	];
	return {
		id: 'rootfs.copy',
		phase: 'rootfs',
		side: 'before',
		title:
			copied.length > 0
				? 'copy the root filesystem into a folder of its own'
				: 'make a folder for what the image need not have',
		why:
			copied.length > 0
				? 'A root filesystem is a folder with programs and the libraries that they need. The container gets a copy, because without an overlay it writes into the files themselves.'
				: 'The layers of an image lie in an overlay, which only reads them. This folder lies over them, with the mount points of the container.',
		man: 'hier(7)',
		object: `folder ${rootfs}`,
		action: {kind: 'sequence', actions},
		undo: {kind: 'removeTree', path: layer},
		checks: [{kind: 'folder', path: rootfs}],
	};
}

/** The cgroup and its limits as one step. Without a limit there is none. */
function bareCgroup(plan: CgroupPlan, input: PlanInput, {root}: Places): CgroupPlan {
	const kill = namespacesOf(input).includes('pid') ? ({kind: 'none'} as const) : ({kind: 'root', path: root} as const);
	const [first] = plan.steps;
	if (plan.members.length === 0 || first === undefined) return {steps: [], members: [], kill};
	const make = plan.steps.find(({id}) => id === 'cgroup.make') ?? first;
	const actions = plan.steps.flatMap(({action}) => (action.kind === 'start' ? [] : [action as HostAction]));
	return {
		...plan,
		steps: [
			{
				...make,
				side: 'before',
				title: 'make a cgroup and write the limits into its files',
				why: `A cgroup is a folder, and a limit is a number in one of its files. ${plan.steps.length > 2 ? 'The kernel holds all processes in the cgroup to it together.' : 'The kernel counts what the processes in it use.'}`,
				action: {kind: 'sequence', actions},
				checks: plan.steps.flatMap(({checks}) => checks),
			},
		],
	};
}
