import type {CgroupFacts, HostFacts} from '../../host/facts.ts';
import type {CgroupKill} from '../../step/verbs/cgroups.ts';
import type {CgroupMember} from '../../step/verbs/cgroup-member.ts';
import {firstProcess} from '../../step/verbs/run.ts';
import type {Step, StepBefore, StepBeside} from '../../step/verbs/step.ts';
import {deviceWriteSteps, deviceWrites} from './device-writes.ts';
import {ruleSteps} from './held-devices.ts';
import {deviceRules, deviceSteps} from './plan-devices.ts';
import {cgroupSettings, type Setting} from './cgroup-settings.ts';
import {refuseUndelegated, scopeStep} from './systemd-scope.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRange, mappedRoot} from '../../host/id-map.ts';
import {isRootless, type PlanInput} from '../input/input.ts';
import type {Shortfalls} from '../input/unsupported.ts';

/** The cgroups of one container, and how to kill the processes in them. */
export interface CgroupPlan {
	readonly steps: readonly Step[];
	readonly members: readonly CgroupMember[];
	readonly kill: CgroupKill;
	/** Attaches the program that says which devices open; a step of the container side, behind the start. */
	readonly attach?: readonly Step[];
}

function cgroupStep(
	id: string,
	title: string,
	why: string,
	man: string,
	rest: Pick<StepBefore, 'object' | 'action' | 'undo' | 'checks'>,
): StepBefore {
	return {id, phase: 'cgroup', side: 'before', title, why, man, ...rest};
}

/** v1 hierarchies that every container joins if they are mounted: they report usage, and freeze or kill the container. */
const usualControllers = ['memory', 'cpu', 'cpuacct', 'pids', 'freezer'];

/** `/tsbox/demo` → `/tsbox`, `/tsbox/demo`: each level, outermost first. */
function levels(cgroup: string): readonly string[] {
	const names = cgroup.split('/').filter(name => name !== '');
	return names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`);
}

function killOf(facts: CgroupFacts, members: readonly CgroupMember[]): CgroupKill {
	const unified = members.find(member => member.controller === '');
	if (unified !== undefined && facts.killFile) return {kind: 'cgroup.kill', path: unified.path};
	const freezer = members.find(member => member.controller === 'freezer');
	if (freezer !== undefined) return {kind: 'freezer', path: freezer.path};
	const first = unified ?? members[0];
	return first === undefined ? {kind: 'none'} : {kind: 'procs', path: first.path};
}

/** The hierarchies to join: v1 by mount point, so that co-mounted controllers count once, then the unified hierarchy. */
function hierarchies(
	facts: CgroupFacts,
	wanted: readonly string[],
	withUnified: boolean,
): readonly {controller: string; mount: string}[] {
	const found: {controller: string; mount: string}[] = [];
	for (const controller of new Set(wanted)) {
		const mount = facts.v1[controller];
		if (mount !== undefined && !found.some(each => each.mount === mount)) found.push({controller, mount});
	}
	if (facts.unified !== null && withUnified) found.push({controller: '', mount: facts.unified});
	return found;
}

/** The step that writes a limit into the cgroup at `path`. */
export function settingStep(setting: Setting, path: string): Step {
	const file = `${path}/${setting.file}`;
	return cgroupStep(setting.id, setting.title, setting.why, setting.man, {
		object: `${file} = ${setting.value}`,
		action:
			setting.values === undefined
				? {kind: 'write', path: file, value: setting.value}
				: {kind: 'writeEach', path: file, values: setting.values},
		undo: {kind: 'none', reason: 'it goes with the cgroup'},
		checks: setting.reads === null ? [] : [{kind: 'value', path: file, equals: setting.reads ?? setting.value}],
	});
}

/** The cgroup that tsbox itself moves into, below the cgroup that systemd delegated to it. */
const supervisor = 'supervisor';

/** The cgroup that systemd delegated to a rootless tsbox, or null. */
function delegatedGroup({facts, map}: Pick<PlanInput, 'facts' | 'map'>): string | null {
	return isRootless({map}) ? givenGroup(facts.cgroup) : null;
}

function givenGroup({layout, delegated, unified}: CgroupFacts): string | null {
	if (layout !== 'v2' || unified === null || delegated === null) return null;
	return delegated.endsWith(`/${supervisor}`) ? delegated.slice(0, -supervisor.length - 1) : delegated;
}

/** The folder of the cgroup that a rootless tsbox moves into, out of the containers' way. Null without a delegated cgroup. */
export function supervisorFolder({cgroup, user}: Pick<HostFacts, 'cgroup' | 'user'>): string | null {
	const own = user.uid === 0 ? null : givenGroup(cgroup);
	return own === null ? null : `${cgroup.unified ?? ''}${own}/${supervisor}`;
}

/** The path of the container's cgroup, from the root of the hierarchy. */
function cgroupPath(input: PlanInput): string {
	const own = delegatedGroup(input);
	const {cgroupsPath} = input.config.linux;
	return own === null || input.extras.hasCgroupParent ? cgroupsPath : `${own}/${input.extras.name}`;
}

/** A cgroup that enables controllers for its children may hold no process, so tsbox first moves out of the way. */
function supervisorSteps(facts: CgroupFacts, own: string): readonly Step[] {
	const folder = `${facts.unified ?? ''}${own}/${supervisor}`;
	const undo = {kind: 'none', reason: 'systemd removes it with the scope'} as const;
	return [
		cgroupStep(
			'cgroup.supervisor',
			'make a group for tsbox itself',
			'The group that systemd gave is to hand out controllers, and such a group may hold no process (cgroup-v2.rst, "No Internal Process Constraint").',
			'cgroups(7)',
			{
				object: `cgroup ${folder}`,
				action: {kind: 'mkdir', paths: [folder], mode: 0o755},
				undo,
				checks: [{kind: 'folder', path: folder}],
			},
		),
		cgroupStep('cgroup.move', 'move tsbox into it', 'Writing 0 moves the process that writes.', 'cgroups(7)', {
			object: null,
			action: {kind: 'write', path: `${folder}/cgroup.procs`, value: '0'},
			undo,
			checks: [],
		}),
	];
}

/** Why tsbox cannot make a cgroup here, and the hint. */
function noCgroups({facts, map}: PlanInput): readonly [string, string] {
	const {layout} = facts.cgroup;
	if (layout === 'none') return ['no cgroup hierarchy is mounted', 'mount cgroups, or leave the limits out'];
	if (!isRootless({map})) return ['the cgroup hierarchies are read-only', 'mount cgroups, or leave the limits out'];
	if (layout !== 'v2')
		return [
			'an ordinary user can be given a group of the unified hierarchy alone, and this host limits by cgroup v1',
			'start it as root, or leave the limits out',
		];
	return [
		'no group of the cgroup hierarchy is yours',
		'start it by `systemd-run --user --scope -p Delegate=yes -- tsbox ...`, or leave the limits out',
	];
}

/**
 * Whether root of the container gets the container's cgroup to divide it further.
 *
 * @throws TsboxError E_SPEC_INVALID without a user namespace: root of the host would undo its own limits.
 */
function isGiven({extras, map}: PlanInput): boolean {
	if (extras.writableCgroups !== true) return false;
	if (map !== null) return true;
	throw new TsboxError('E_SPEC_INVALID', '`writable-cgroups=true` needs a user namespace', {
		why: 'without one, root of the container is root of the host and would write its own limits anew',
		hint: 'add `userns_mode: auto`',
	});
}

/**
 * The step that gives the container's cgroup away. Root of the container gets the folders and the files that move
 * processes; the limits stay with root of the host. Source: cgroup-v2.rst, "Model of Delegation".
 */
function giveStep(members: readonly CgroupMember[], [uid, gid]: readonly [number, number]): Step {
	const files = members.flatMap(({controller, path}) => [
		path,
		...(controller === ''
			? ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control']
			: ['cgroup.procs', 'tasks']
		).map(file => `${path}/${file}`),
	]);
	return cgroupStep(
		'cgroup.give',
		'give the cgroup to root of the container',
		'It may make cgroups below its own and move its processes between them. The limits of its own cgroup stay with root of the host.',
		'cgroups(7)',
		{
			object: `owner of ${members.map(({path}) => path).join(', ')}`,
			action: {kind: 'runOnHost', tool: 'chown', args: [`${uid}:${gid}`, ...files]},
			undo: {kind: 'none', reason: 'it goes with the cgroup'},
			checks: [],
		},
	);
}

/** Moves each process of the cgroup $1 but $2 to the one below it. */
const moveOthers =
	'while read -r pid; do [ "$pid" = "$2" ] || echo "$pid" > "$1/outside/cgroup.procs"; done < "$1/cgroup.procs"';

/**
 * Makes the first process the only one of a cgroup that is given away. unshare(1), which waits for its end, is in the cgroup
 * too, and root of the container cannot see it: the cgroup could never hand controllers down.
 */
export function asideSteps(input: PlanInput, {members}: CgroupPlan): readonly StepBeside[] {
	if (input.facts.cgroup.layout !== 'v2' || !isGiven(input)) return [];
	return members.map(({path}) => ({
		id: 'cgroup.aside',
		phase: 'cgroup',
		side: 'beside',
		title: 'move what waits outside to a cgroup of its own',
		why: 'Only a cgroup without processes may hand controllers down (cgroup-v2.rst, "No Internal Process Constraint"). The container can move its own processes, but not the unshare that waits for them.',
		man: 'cgroups(7)',
		object: `cgroup ${path}/outside`,
		action: {
			kind: 'sequence',
			actions: [
				{kind: 'mkdir', paths: [`${path}/outside`], mode: 0o755},
				{kind: 'runOnHost', tool: 'sh', args: ['-c', moveOthers, 'sh', path, firstProcess]},
			],
		},
		undo: {kind: 'none', reason: 'it goes with the cgroup'},
		checks: [{kind: 'folder', path: `${path}/outside`}],
	}));
}

/**
 * Plans the cgroup phase: a folder in each hierarchy, then one write per limit.
 * Sources: kernel cgroup-v1/*.rst and cgroup-v2.rst; cgroups(7).
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a limit that this host cannot set.
 */
export function planCgroup(input: PlanInput, missing: Shortfalls): CgroupPlan {
	const facts = input.facts.cgroup;
	const settings = cgroupSettings(input, missing);
	const cgroup = cgroupPath(input);
	const scope = input.extras.bundle?.scope;
	const own = scope === undefined ? delegatedGroup(input) : null;
	if (facts.layout === 'none' || (!facts.writable && own === null && scope === undefined)) {
		if (settings.length > 0) missing.add('no limits can be set', ...noCgroups(input));
		if (isGiven(input)) missing.add('the container cannot have cgroups of its own', ...noCgroups(input));
		return {steps: [], members: [], kill: {kind: 'none'}};
	}
	refuseUndelegated(scope, settings, missing);
	const onV2 = facts.layout === 'v2';
	const {bundle} = input.extras;
	const writes = bundle === undefined ? [] : deviceWrites(input.config.linux.resources.devices ?? []);
	const held = input.extras.bare === undefined && bundle === undefined ? deviceRules(input, missing) : undefined;
	const rules = held?.by === 'list' ? held.rules : [];
	const wanted = [
		...new Set([
			...settings.map(setting => setting.controller),
			...(rules.length + writes.length > 0 ? ['devices'] : []),
			// Engines ask each hierarchy about the container.
			...(bundle === undefined ? [] : Object.keys(facts.v1)),
		]),
	];
	// A bare container has a cgroup only for its limits.
	const isBare = input.extras.bare !== undefined;
	if (isBare && settings.length === 0) return {steps: [], members: [], kill: {kind: 'none'}};
	const usual = isBare ? [] : usualControllers;
	const joined =
		own === null
			? hierarchies(facts, onV2 ? [] : [...usual, ...wanted], !isBare || onV2)
			: [{controller: '', mount: facts.unified ?? ''}];
	const members = joined.map(({controller, mount}) => ({controller, cgroup, path: `${mount}${cgroup}`}));
	const kill = killOf(facts, members);
	const all = levels(cgroup);
	const leaves = members.map(member => member.path);
	// A `cgroup_parent` may carry limits that the user set, so it stays. Only /tsbox is removed with its last container.
	const ours = !input.extras.hasCgroupParent && own === null ? all.slice(0, -1).toReversed() : [];
	const parents = joined.flatMap(({mount}) => ours.map(level => `${mount}${level}`));
	const given = isGiven(input);
	const steps: Step[] = [
		...(own === null ? [] : supervisorSteps(facts, own)),
		...(scope === undefined
			? []
			: [scopeStep(scope, `${facts.unified ?? facts.v1['name=systemd'] ?? ''}${cgroup}`, settings)]),
		cgroupStep(
			'cgroup.make',
			`make the cgroup ${cgroup}`,
			'A cgroup is a folder: the kernel counts and limits what the processes in it use, and killing it misses no process.',
			'cgroups(7)',
			{
				object: `cgroup ${leaves.join(', ')}`,
				action: {kind: 'mkdir', paths: leaves, mode: 0o755},
				undo: {kind: 'removeCgroups', paths: leaves, parents, kill, ...(given ? {nested: true as const} : {})},
				checks: leaves.map(path => ({kind: 'folder', path})),
			},
		),
		...(given && isRange(input.map) ? [giveStep(members, mappedRoot(input.map))] : []),
	];
	// systemd hands a scope that it delegates all that it has.
	if (onV2 && facts.unified !== null && scope === undefined) {
		// Only the root cgroup may both hold processes and enable controllers (cgroup-v2.rst, "No Internal Process Constraint").
		// The default cgroup is /tsbox, beside systemd's slices. systemd is the single writer below its slices, and leaves
		// top-level cgroups that it did not make alone (systemd's CGROUP_DELEGATION.md). The ancestors of a delegated cgroup
		// belong to systemd, so they are skipped.
		// Only `stats` needs `io`, and a delegated cgroup may lack it.
		const always = isBare ? [] : ['memory', 'pids', 'cpu', ...(own === null ? ['io'] : [])];
		const controllers = [...new Set([...always, ...wanted])].filter(name => facts.unifiedControllers.includes(name));
		const enable = controllers.map(name => `+${name}`).join(' ');
		const above = ['', ...all.slice(0, -1)].filter(
			level => own === null || level === own || level.startsWith(`${own}/`),
		);
		for (const level of above) {
			if (level === '' && controllers.every(name => facts.unifiedEnabled.includes(name))) continue;
			const file = `${facts.unified}${level}/cgroup.subtree_control`;
			steps.push(
				cgroupStep(
					`cgroup.enable${level.replaceAll('/', '.')}`,
					`enable ${controllers.join(', ')} below ${level === '' ? '/' : level}`,
					'In the unified hierarchy a controller reaches a group only when its parent hands it down.',
					'cgroups(7)',
					{
						object: file,
						action: {kind: 'write', path: file, value: enable},
						undo: {
							kind: 'none',
							reason: level === '' ? 'other groups may have come to use it' : 'it goes with the group',
						},
						checks: [],
					},
				),
			);
		}
	}
	const home = (setting: Setting): string =>
		members.find(member =>
			onV2
				? member.controller === ''
				: facts.v1[member.controller] === facts.v1[setting.controller] && member.controller !== '',
		)?.path ?? '';
	if (input.config.linux.resources.cpu?.realtimeRuntime !== undefined) steps.push(...budgetSteps(facts, all));
	if (!onV2 && wanted.includes('cpuset')) steps.push(...inheritCpuset(facts.v1['cpuset'] ?? '', all));
	const devices = members.find(({controller}) => controller === 'devices');
	if (devices !== undefined)
		steps.push(...(bundle === undefined ? deviceSteps(devices.path, rules) : deviceWriteSteps(devices.path, writes)));
	steps.push(...settings.map(setting => settingStep(setting, home(setting))));
	return {steps, members, kill, attach: ruleSteps(held, members)};
}

/** A group can give its children no more real-time than it has itself, and a new one has none: sched-rt-group.rst. */
function budgetSteps({v1, realtime}: CgroupFacts, all: readonly string[]): readonly Step[] {
	const mount = v1['cpu'];
	if (mount === undefined || realtime === null) return [];
	return all.slice(0, -1).map(level => {
		const path = `${mount}${level}/cpu.rt_runtime_us`;
		return cgroupStep(
			`cgroup.cpu.rt_runtime${level.replaceAll('/', '.')}`,
			`give ${level} a budget of real-time CPU time`,
			'A group can give its children no more than it has itself, and a new one has none.',
			'sched(7)',
			{
				object: path,
				action: {kind: 'write', path, value: String(realtime)},
				undo: {kind: 'none', reason: 'it goes with the group'},
				checks: [],
			},
		);
	});
}

/** A new v1 cpuset has neither CPUs nor memory nodes, and accepts no process until it has both (cpusets.rst). */
function inheritCpuset(mount: string, all: readonly string[]): readonly Step[] {
	return all.flatMap((level, at) =>
		['cpuset.cpus', 'cpuset.mems'].map(file => {
			const from = `${mount}${at === 0 ? '' : all[at - 1]}/${file}`;
			const path = `${mount}${level}/${file}`;
			return cgroupStep(
				`cgroup.${file}${level.replaceAll('/', '.')}`,
				`inherit ${file} for ${level}`,
				'A new cpuset is empty and takes no process until it has CPUs and memory nodes.',
				'cpuset(7)',
				{
					object: path,
					action: {kind: 'inherit', from, path},
					undo: {kind: 'none', reason: 'it goes with the cgroup'},
					checks: [],
				},
			);
		}),
	);
}
