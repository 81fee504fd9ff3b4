import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {toolboxFolder} from '../../host/programs/sealed-tools.ts';
import {isUserMapped} from '../../host/id-map.ts';
import {vethPeer} from '../../spec/keys/bare.ts';
import type {HostAction} from '../../step/verbs/action.ts';
import {firstProcess} from '../../step/verbs/run.ts';
import type {Plan, Step, StepBeside} from '../../step/verbs/step.ts';
import {type CgroupPlan, planCgroup} from '../cgroup/plan-cgroup.ts';
import {containerPaths, namespacesOf, type PlanInput} from '../input/input.ts';
import {insideStep} from '../input/inside-step.ts';
import {shortfalls} from '../input/unsupported.ts';
import {planProcess} from '../process/plan-process.ts';
import {planSecurity} from '../security/plan-security.ts';
import {protections} from '../security/protections.ts';
import {bareStart, chrootWords} from './bare-start.ts';

/** The extras of a bare container. */
type Bare = NonNullable<PlanInput['extras']['bare']>;

/** Folders of a bare container: its root filesystem, and with an overlay the mount over it. */
interface Places {
	readonly rootfs: string;
	/** What becomes the root. */
	readonly root: string;
	readonly layer: string;
}

const endsWithMounts = {kind: 'none', reason: 'it goes with the mount namespace'} as const;
const endsWithProcess = {kind: 'none', reason: 'it ends with the process'} as const;

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
	const asRoot = isUserMapped(input) ? input : {...input, map: null};
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
	return {
		schema: 1,
		name: extras.name,
		spec: input.spec,
		namespaces: namespacesOf(input),
		steps: [
			rootfsStep(input, bare, places),
			...cgroup.steps,
			start,
			...others,
			...inside,
			...(isChroot ? chroot : []),
			...vethSteps(input, bare),
			isChroot ? {...exec, action: {...exec.action, ownShell: true}} : exec,
		] as Step[],
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

/** Copies the root filesystem, so that nothing that the container does reaches the archive, the folder, or another container. */
function rootfsStep(input: PlanInput, {overlay}: Bare, {layer, rootfs}: Places): Step {
	const {image, config, extras, sources} = input;
	if (image.kind === 'host') throw new TypeError('a bare container has a root of its own');
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
		{kind: 'copyTree', from: image.path, to: rootfs},
		...(folders.length + files.length > 0 ? [{kind: 'pointsIn' as const, root: rootfs, folders, files}] : []),
	];
	return {
		id: 'rootfs.copy',
		phase: 'rootfs',
		side: 'before',
		title: 'copy the root filesystem into a folder of its own',
		why: 'A root filesystem is a folder with programs and the libraries that they need. The container gets a copy, because without an overlay it writes into the files themselves.',
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

function overlaySteps({overlay}: Bare, {layer, rootfs, root}: Places, input: PlanInput): readonly Step[] {
	if (!overlay) return [];
	const inside = insideStep(endsWithMounts);
	const options = `lowerdir=${rootfs},upperdir=${layer}/upper,workdir=${layer}/work${isUserMapped(input) ? ',userxattr' : ''}`;
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
				},
				checks: [
					{kind: 'mount', target: input.extras.root === 'pivot' ? '/' : '', type: 'overlay', options: []},
				].filter(({target}) => target !== '') as Step['checks'],
			},
		),
	];
}

/** One mount(8) for each volume: `mount --bind -o ro SOURCE TARGET`. */
function bindSteps(input: PlanInput, {root}: Places): readonly Step[] {
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
function onHost(step: Step): Step {
	return {...step, action: {...step.action, onHost: true}} as Step;
}

/** Where pivot_root(8) puts the host's root, until it is unmounted. */
const oldRoot = '/.old';

function pivotSteps(input: PlanInput, {root}: Places, {overlay}: Bare): readonly Step[] {
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

function chrootStep({root}: Places, {overlay}: Bare): Step {
	const inside = insideStep(endsWithProcess);
	return inside(...chrootWords, {
		object: 'root folder of the process',
		action: {kind: 'chroot', newRoot: root, toolbox: null},
		...(overlay ? {} : {checks: [{kind: 'root' as const, path: root}]}),
	});
}

/** A name for the host's end of the pair. It has at most 15 bytes, IFNAMSIZ of netdevice(7). */
function vethName({folders, extras}: PlanInput): string {
	return `veth-${createHash('sha256').update(`${folders.state} ${extras.name}`).digest('hex').slice(0, 8)}`;
}

function vethSteps(input: PlanInput, {veth}: Bare): readonly StepBeside[] {
	if (veth === undefined) return [];
	const {ip, nsenter} = input.facts.tools;
	if (ip === null || nsenter === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no ip, which makes network devices', {
			hint: 'install it (Debian: iproute2), or take `veth` out',
		});
	if (isUserMapped(input))
		throw new TsboxError('E_PERMISSION', 'only root can make a network device on the host', {
			hint: 'start it as root, or take `veth` out',
		});
	const name = vethName(input);
	const onHost = (...args: readonly (string | typeof firstProcess)[]): HostAction => ({
		kind: 'runOnHost',
		tool: 'ip',
		args,
	});
	const inContainer = (...args: readonly string[]): HostAction => ({
		kind: 'runOnHost',
		tool: 'nsenter',
		args: ['--target', firstProcess, '--net', ip.path, ...args],
	});
	return [
		{
			id: 'network.veth',
			phase: 'namespaces',
			side: 'beside',
			title: 'connect it to the host by a pair of network devices',
			why: 'A new network namespace has nothing but a loopback device. A veth pair is a cable: what goes in at one end comes out at the other, and one end is moved into the container.',
			man: 'veth(4)',
			object: `network devices ${name} and eth0`,
			action: {
				kind: 'sequence',
				actions: [
					onHost('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', firstProcess),
					onHost('addr', 'add', vethPeer(veth), 'dev', name),
					onHost('link', 'set', name, 'up'),
					inContainer('addr', 'add', veth, 'dev', 'eth0'),
					inContainer('link', 'set', 'eth0', 'up'),
				],
			},
			undo: {kind: 'runWhileThere', path: `/sys/class/net/${name}`, tool: 'ip', args: ['link', 'delete', name]},
			checks: [{kind: 'interface', name: 'eth0'}],
		},
	];
}
