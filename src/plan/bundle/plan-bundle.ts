import {TsboxError} from '../../errors/tsbox-error.ts';
import {toolboxFolder} from '../../host/programs/sealed-tools.ts';
import type {OciMount} from '../../oci/config.ts';
import type {BundleExtras} from '../../oci/extras.ts';
import {callTrouble} from '../../step/calls/call-trouble.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Plan, Step, StepInside} from '../../step/verbs/step.ts';
import {deviceProgramSteps, unenforcedDevices} from '../cgroup/held-devices.ts';
import {planCgroup} from '../cgroup/plan-cgroup.ts';
import {isRange} from '../../host/id-map.ts';
import {containerPaths, isInUserNamespace, namespacesOf, newNamespaces, type PlanInput} from '../input/input.ts';
import {type InsideStep, insideStep} from '../input/inside-step.ts';
import {shortfalls} from '../input/unsupported.ts';
import {beforeRows} from '../mounts/before-rows.ts';
import {changeRoot} from '../mounts/change-root.ts';
import {kernelSettings, loopbackStep} from '../mounts/kernel-settings.ts';
import {bundleMountChecks, mountCheck, targetInside} from '../mounts/mount-check.ts';
import {prepareStage} from '../mounts/prepare-stage.ts';
import {releaseStage} from '../mounts/release-stage.ts';
import {stagedSources, type StagedSource} from '../mounts/staged-sources.ts';
import {planProcess} from '../process/plan-process.ts';
import {planStart} from '../process/plan-start.ts';
import {takenFrom} from '../mounts/gather.ts';
import {checkToolbox, toolsStep} from '../process/tools-step.ts';
import {foldersStep} from '../rootfs/plan-rootfs.ts';
import {planSecurity} from '../security/plan-security.ts';
import {protections} from '../security/protections.ts';
import {deviceNodes, hasDevOfHost, makesOwnNodes, nodesFolder} from './bundle-devices.ts';
import {gatherBundle, streamOwner} from './bundle-gather.ts';
import {bundleRows, targetOf} from './bundle-rows.ts';
import {checkBundleSysctls} from './bundle-sysctls.ts';
import {bundleHooks, hookState} from './hook-steps.ts';
import {stagedOverlays} from './overlay-rows.ts';
import {
	beforeMounts,
	rootPropagation,
	rowsApart,
	startPropagation,
	withoutHost,
	withPropagation,
} from './propagation-steps.ts';
import {clockChecks, schedulingSteps} from './scheduling-steps.ts';

const endsWithIt = {kind: 'none', reason: 'it ends with the process'} as const;

/**
 * Plans a container of an engine from the bundle that it gave: what the configuration says, in the order of the OCI runtime-spec, and
 * nothing else. Its root filesystem is the engine's, so that what the container writes stays there. The process that starts the first one ends,
 * so that the engine is its parent.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, E_SPEC_INVALID for what this host or no step can do.
 */
export function planBundle(input: PlanInput, bundle: BundleExtras): Plan {
	const {facts, folders, config} = input;
	checkToolbox(facts);
	checkBundleSysctls(input);
	const missing = shortfalls(false);
	const security = planSecurity(input, missing);
	const cgroup = planCgroup(input, missing);
	const {start, enter} = planStart(input, cgroup);
	const inside = insideStep({kind: 'none', reason: 'it goes with the mount namespace'});
	const staged = stagedSources(input, null);
	const groups = config.mounts.some(({type}) => type.startsWith('cgroup'))
		? cgroup.members.map(({path}, at): StagedSource => ({real: path, kind: 'folder', name: `g${at}`, recursive: false}))
		: [];
	const loopback = newNamespaces(input).includes('network');
	const taken = {
		toolbox: toolboxFolder(facts, folders.store),
		conf: containerPaths(input).state,
		staged: [...staged, ...groups, ...nodes(input)],
	};
	const before = rowsApart(input, [
		...beforeRows(withWritableDev(input), takenFrom(input, taken), loopback || keepsSys(input)),
		...stagedOverlays(input),
	]);
	const rows = bundleRows(input, staged, groups);
	const process = planProcess(input, missing, security);
	const devices = deviceProgramSteps(input, cgroup.members, inside);
	const byHost = [...connect(bundle, inside), ...devices, ...giveStreams(input, bundle, inside)];
	const isGathered = enter !== null;
	const steps: readonly Step[] = [
		...(input.toolsSealed ? [] : [toolsStep(facts, folders.store)]),
		rootFolders(input),
		...cgroup.steps,
		started(input, start, bundle, !isGathered),
		...gatherBundle(input, inside, taken, [...byHost, ...security.steps.map(onHost)]),
		...(enter === null ? [] : [started(input, enter, bundle, true)]),
		...process.filter(({id}) => id === 'process.oom'),
		...kernelSettings(input, inside, false),
		...(isGathered ? [] : [...connect(bundle, inside), ...devices]),
		...beforeMounts(input, bundle, inside),
		mountFirst(inside, input, before, rows),
		...prepareStage(input, inside, takenFrom(input, {...taken, staged}).staged, true),
		...bundleHooks(input),
		...withoutHost(input, inside, changeRoot(input, inside)),
		...(loopback ? [loopbackStep(inside)] : []),
		...mountRest(inside, rows),
		...deviceNodes(input, inside),
		...terminal(input, bundle, inside),
		...workingDirectory(input, inside),
		...rootPropagation(input, inside),
		...(isGathered ? [] : [...giveStreams(input, bundle, inside), ...security.steps]),
		...withoutHost(input, inside, [...withoutCopies(input, inside), ...released(input, bundle, inside, before, rows)]),
		...readonlyDev(input, inside),
		// The folder of the stage lies on the root itself where nothing is mounted on /dev.
		...readonlyRoot(input, inside),
		...schedulingSteps(config),
		...process.filter(({id}) => id !== 'process.oom').map(step => withHooks(step, input)),
	];
	const trouble = callTrouble(steps, facts);
	if (trouble !== undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'a container of an engine needs the executor of calls', {
			why: trouble,
			hint: 'install perl',
		});
	return {
		schema: 1,
		name: input.extras.name,
		spec: input.spec,
		namespaces: namespacesOf(input),
		executor: 'calls',
		steps,
		warnings: [...input.extras.warnings, ...missing.warnings, ...unenforcedDevices(input)],
		protections: protections(input, security),
	};
}

/**
 * A step that starts the first process, or enters its namespaces. Its terminal is made inside, in another step.
 *
 * @param isLast - all namespaces are made by it, and the process that starts the first one ends at once, if nobody waits for it
 */
function started<S extends Step>({config}: PlanInput, step: S, bundle: BundleExtras, isLast: boolean): S {
	const {stays} = bundle;
	const {action} = step;
	if (action.kind !== 'start' && action.kind !== 'enterNamespaces') throw new TypeError(`${step.id} starts nothing`);
	const {timeOffsets: offsets} = config.linux;
	return {
		...step,
		action: {
			...action,
			unshare: withPropagation(action.unshare, startPropagation(config)),
			...(action.kind === 'start' ? {allCpus: true} : {}),
			...(isLast && offsets !== undefined ? {offsets} : {}),
			tty: false,
			...(isLast && !stays ? {leaves: true} : {}),
		},
		checks: [...step.checks, ...(isLast ? clockChecks(config) : [])],
	};
}

/** Whether a sysfs stays in sight: in a user namespace the kernel mounts one only where one can be seen already (mount_too_revealing in fs/namespace.c). */
function keepsSys(input: PlanInput): boolean {
	return isInUserNamespace(input) && input.config.mounts.some(({type}) => type === 'sysfs');
}

/** The folder of device nodes, which are made where it is staged from. */
function nodes(input: PlanInput): readonly StagedSource[] {
	if (!makesOwnNodes(input)) return [];
	return [
		{real: `${containerPaths(input).gathered}/${nodesFolder}`, kind: 'folder', name: nodesFolder, recursive: false},
	];
}

/** A file that is opened by its path on the host. */
function onHost(step: Step): Step {
	return step.side === 'inside' && step.action.kind === 'openFilter'
		? {...step, action: {...step.action, onHost: true}}
		: step;
}

/** The last step, in which the hooks of the start run before the command. */
function withHooks(step: Step, input: PlanInput): Step {
	const hooks = input.config.hooks?.startContainer ?? [];
	if (step.side !== 'inside' || step.action.kind !== 'exec' || hooks.length === 0) return step;
	const [before = '', after = ''] = JSON.stringify({...hookState(input, 'created'), pid: 0}).split('"pid":0');
	return {...step, action: {...step.action, hooks, hookState: [`${before}"pid":`, after]}};
}

/** The step that refuses a root filesystem that would send the kernel's files somewhere else. */
function rootFolders({config}: PlanInput): Step {
	const paths = ['proc', 'sys'].filter(name => config.mounts.some(({destination}) => destination === `/${name}`));
	return {
		...foldersStep([config.root.path], [...paths, 'dev']),
		undo: {kind: 'none', reason: "the root filesystem is the engine's"},
	};
}

function connect({consoleSocket}: BundleExtras, inside: InsideStep): readonly Step[] {
	if (consoleSocket === undefined) return [];
	return [
		inside(
			'terminal.connect',
			'connect to the socket that gets the terminal',
			'Who relays it, the engine or tsbox itself, gets the other end through this socket. Its path can be reached no more once the root has changed.',
			'unix(7)',
			{action: {kind: 'connectConsole', socket: consoleSocket}, undo: endsWithIt},
		),
	];
}

function mountFirst(
	inside: InsideStep,
	input: PlanInput,
	before: readonly MountRow[],
	after: readonly MountRow[],
): Step {
	const bound = input.config.mounts.find(({destination, type}) => destination === '/dev' && type === 'bind');
	const dev = bound === undefined ? undefined : input.sources[bound.source]?.real;
	return inside(
		'mounts.before',
		'bind the root filesystem, and mount /proc, /dev and a stage',
		'A root must be a mount of its own. The stage holds the tools and sources that the next steps need once the host is out of sight.',
		'mount(8)',
		{
			object: `${before.length} mounts`,
			action: {kind: 'mountTable', name: 'before', place: 'host', rows: before},
			// The stage has a folder in what is bound on /dev.
			...(dev === undefined ? {} : {undo: {kind: 'removeTree' as const, path: `${dev}/.box`}}),
			checks: before.flatMap(row => {
				const target = targetInside(input, row);
				return target === null || after.some(over => over.target === target) ? [] : [mountCheck(row, target)];
			}),
		},
	);
}

function mountRest(inside: InsideStep, rows: readonly MountRow[]): readonly Step[] {
	if (rows.length === 0) return [];
	return [
		inside(
			'mounts.after',
			'mount everything else',
			'These rows are resolved inside the new root, in the order of the configuration: a symlink in the image or a volume can lead nowhere but into the container.',
			'mount(8)',
			{
				object: `${rows.length} mounts`,
				action: {kind: 'mountTable', name: 'after', place: 'toolbox', rows},
				checks: bundleMountChecks(rows),
			},
		),
	];
}

function terminal({config}: PlanInput, {consoleSocket}: BundleExtras, inside: InsideStep): readonly Step[] {
	if (consoleSocket === undefined) return [];
	const {consoleSize, user} = config.process;
	return [
		inside(
			'terminal.open',
			'make a terminal, and send the other end of it through the socket',
			"It is one of the container's own /dev/pts, so that a program finds it by its name. The process leads the session of the terminal.",
			'pts(4)',
			{
				action: {
					kind: 'openConsole',
					rows: consoleSize?.height ?? 0,
					columns: consoleSize?.width ?? 0,
					uid: user.uid,
					target: '/dev/console',
				},
				undo: endsWithIt,
			},
		),
	];
}

function workingDirectory({config}: PlanInput, inside: InsideStep): readonly Step[] {
	const path = config.process.cwd;
	if (path === '/') return [];
	return [
		inside('process.directory', `see that ${path} is there`, 'The command starts in it.', 'mkdir(1)', {
			action: {kind: 'workingDirectory', path},
			undo: {kind: 'none', reason: "the root filesystem is the engine's"},
		}),
	];
}

function readonlyRoot({config}: PlanInput, inside: InsideStep): readonly Step[] {
	if (!config.root.readonly) return [];
	return [
		inside(
			'root.readonly',
			'make the root read-only',
			'Nothing but the mounts that allow it can be written.',
			'mount(8)',
			{
				action: {kind: 'run', tool: 'mount', args: ['-i', '-n', '-o', 'remount,bind,ro', '/'], place: 'toolbox'},
				checks: [{kind: 'mount', target: '/', type: '', options: ['ro']}],
			},
		),
	];
}

function isReadonlyDev({destination, options}: OciMount): boolean {
	return destination === '/dev' && options.findLast(option => option === 'ro' || option === 'rw') === 'ro';
}

/** The stage and the nodes are made on /dev first. */
function withWritableDev(input: PlanInput): PlanInput {
	const mounts = input.config.mounts.map(mount =>
		isReadonlyDev(mount) ? {...mount, options: mount.options.filter(option => option !== 'ro')} : mount,
	);
	return {...input, config: {...input.config, mounts}};
}

function readonlyDev({config}: PlanInput, inside: InsideStep): readonly Step[] {
	if (!config.mounts.some(isReadonlyDev)) return [];
	return [
		inside('dev.readonly', 'make /dev read-only', 'The nodes and the stage on it had to be made first.', 'mount(8)', {
			action: {kind: 'run', tool: 'mount', args: ['-i', '-n', '-o', 'remount,bind,ro', '/dev'], place: 'toolbox'},
			checks: [{kind: 'mount', target: '/dev', type: '', options: ['ro']}],
		}),
	];
}

/** A pipe opens again through /dev/stdout for its owner alone. */
function giveStreams(input: PlanInput, {streams}: BundleExtras, inside: InsideStep): readonly Step[] {
	const {uid} = input.config.process.user;
	const owner = streamOwner(input);
	if (owner === undefined || streams.length === 0 || input.tty) return [];
	return [
		inside(
			'process.streams',
			`give the standard streams to user ${uid}`,
			'They belong to the engine, and a program could not open /dev/stdout again.',
			'chown(1)',
			{
				action: {
					kind: 'run',
					tool: 'chown',
					args: [String(owner), ...streams.map(fd => `/proc/self/fd/${fd + 5}`)],
					place: 'toolbox',
				},
				undo: {kind: 'none', reason: 'they end with the process'},
			},
		),
	];
}

/** Whether hooks may have mounted something that no step names. */
function mayMount({config: {hooks}}: PlanInput): boolean {
	const all = [...(hooks?.prestart ?? []), ...(hooks?.createRuntime ?? []), ...(hooks?.createContainer ?? [])];
	return all.some(({args}) => args?.[0] !== 'libnetwork-setkey');
}

/**
 * The steps for a folder of the host that has the root filesystem in it: bound with all mounts below, it shows the stage too. One that is shared keeps
 * it, because the host would lose its own mount of the root filesystem with the copy.
 */
function withoutCopies(input: PlanInput, inside: InsideStep): readonly Step[] {
	const {path} = input.config.root;
	return input.config.mounts.flatMap(({type, source, destination, options}) => {
		const real = input.sources[source]?.real ?? '';
		const isAbove = real === '/' || path.startsWith(`${real}/`);
		if (type !== 'bind' || real === '' || !isAbove || isRange(input.map)) return [];
		if (!options.includes('rbind') || options.some(option => /^r?shared$/.test(option))) return [];
		const copy = `${targetOf(input, destination)}${real === '/' ? path : path.slice(real.length)}`.replace(
			/^\/\//,
			'/',
		);
		return [
			inside(
				`stage.copy${destination.replaceAll('/', '.')}`,
				`take the mounts of the new root away from ${copy}`,
				'The folder was bound with all that is mounted in it, which were the tools and devices of the stage too.',
				'umount(8)',
				{
					action: {kind: 'run', tool: 'umount', args: ['-i', '-n', '-l', copy], place: 'toolbox'},
					undo: endsWithIt,
				},
			),
		];
	});
}

function released(
	input: PlanInput,
	bundle: BundleExtras,
	inside: InsideStep,
	before: readonly MountRow[],
	rows: readonly MountRow[],
): readonly Step[] {
	const below = input.config.mounts
		.filter(({type, options}) => type === 'bind' && options.includes('rbind'))
		.flatMap(({source, destination}) =>
			(input.sources[source]?.submounts ?? []).map(path => `${targetOf(input, destination)}/${path}`),
		);
	const others = [
		...bundle.submounts.map(path => `/${path}`),
		...below,
		...(bundle.consoleSocket === undefined ? [] : ['/dev/console']),
	].map((target): MountRow => ({source: '', target, type: 'none', options: [], why: ''}));
	const steps = releaseStage(input, inside, before, [...rows, ...others]);
	const isOpen = mayMount(input) || hasDevOfHost(input);
	return isOpen ? steps.map((step): StepInside => ({...(step as StepInside), checks: []})) : steps;
}
