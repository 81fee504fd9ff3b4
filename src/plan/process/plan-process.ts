import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRange, outsideId} from '../../host/id-map.ts';
import {capabilityMask} from '../../oci/capabilities.ts';
import {boundingSet, privilegeArguments} from '../../step/verbs/privileges.ts';
import {cpusetAsShown} from '../../spec/values/cpuset-list.ts';
import {isSysctlName, namespaceOfSysctl} from '../../spec/values/sysctl.ts';
import type {InitKind} from '../../step/verbs/exec.ts';
import type {ResourceLimit} from '../../step/verbs/limits.ts';
import type {UserIds} from '../../step/verbs/drop-privileges.ts';
import type {Check} from '../../step/verbs/check.ts';
import type {Step, StepInside} from '../../step/verbs/step.ts';
import {fixedAddresses, usedNumbers, endsWithProcess} from './same-each-time.ts';
import {newNamespaces, type PlanInput} from '../input/input.ts';
import type {SecurityPlan} from '../security/plan-security.ts';
import type {Shortfalls} from '../input/unsupported.ts';

/** The reaper that runs as PID 1: a static program of the host, bound on /dev/init, or else the waiting shell. */
export function reaperOf(input: PlanInput): {readonly init: InitKind; readonly bound: string | null} {
	if (!input.extras.init) return {init: 'none', bound: null};
	const {tini, catatonit} = input.facts.tools;
	const found = [catatonit, tini].find(tool => tool !== null && tool.loader === null);
	return found === undefined || found === null ? {init: 'sh', bound: null} : {init: 'bound', bound: found.path};
}

/** The ids if they need no lookup in the container's /etc/passwd. Null for names, and for a uid without a group. */
function fixedIds(user: string | undefined, groups: readonly string[]): UserIds | null {
	if (groups.some(group => !/^\d+$/.test(group))) return null;
	const extra = groups.map(Number);
	if (user === undefined) return {uid: 0, gid: 0, groups: [...new Set([0, ...extra])]};
	const match = /^(\d{1,10}):(\d{1,10})$/.exec(user);
	if (match === null) return null;
	const gid = Number(match[2]);
	return {uid: Number(match[1]), gid, groups: [...new Set([gid, ...extra])]};
}

/** The ids of a bundle: the primary group is a supplementary one only where the configuration says so. */
function bundleIds({config: {process}}: PlanInput): UserIds {
	const {uid, gid, additionalGids = []} = process.user;
	return {uid, gid, groups: additionalGids};
}

/** Whether the caller's groups stay. A map of a single id cannot drop them, because the kernel denies setgroups(2) there. */
function keepsGroups({map, extras}: PlanInput): boolean {
	return map?.kind === 'single' || (extras.bundle?.keepsGroups === true && !isRange(map));
}

function rlimitName(type: string): string {
	return type.replace('RLIMIT_', '').toLowerCase();
}

function limits(input: PlanInput, missing: Shortfalls): readonly ResourceLimit[] {
	const {facts} = input;
	const mayRaise = facts.user.capabilities.includes('CAP_SYS_RESOURCE');
	const wanted = input.config.process.rlimits.map(({type, soft, hard}) => ({name: rlimitName(type), soft, hard}));
	for (const limit of wanted) {
		const own = facts.rlimits[limit.name];
		const over = own !== undefined && own !== -1 && (limit.hard === -1 || limit.hard > own);
		if (over && !mayRaise) {
			missing.add(
				`the limit ${limit.name} cannot be raised to ${limit.hard === -1 ? 'unlimited' : limit.hard}`,
				`the caller's own hard limit is ${own} and it lacks CAP_SYS_RESOURCE`,
				`ask for ${own} or less`,
			);
		}
	}
	return wanted.filter(limit => {
		const own = facts.rlimits[limit.name];
		return mayRaise || own === undefined || own === -1 || (limit.hard !== -1 && limit.hard <= own);
	});
}

function statusChecks(input: PlanInput, ids: UserIds | null): Check {
	const {process} = input.config;
	const bounding = capabilityMask(boundingSet(process, input.facts));
	const {reproducible} = input.extras;
	const cpuset = input.config.linux.resources.cpu?.cpus;
	const fields: Record<string, string> = {
		...(reproducible ? {Umask: '0022'} : {}),
		...(reproducible && cpuset !== undefined ? {Cpus_allowed_list: cpusetAsShown(cpuset)} : {}),
		CapInh: capabilityMask(process.capabilities.inheritable),
		CapAmb: capabilityMask(process.capabilities.ambient),
		CapBnd: bounding,
		NoNewPrivs: process.noNewPrivileges ? '1' : '0',
	};
	if (ids !== null) {
		const {inheritable, ambient} = process.capabilities;
		const effective =
			ids.uid === 0 ? capabilityMask([...boundingSet(process, input.facts), ...inheritable]) : capabilityMask(ambient);
		fields['CapPrm'] = effective;
		fields['CapEff'] = effective;
		const {map} = input;
		// tsbox reads /proc on the host, where it shows the host's ids.
		const uid = map === null ? ids.uid : (outsideId(map.uids, ids.uid) ?? -1);
		const group = (id: number): number => (map === null ? id : (outsideId(map.gids, id) ?? -1));
		fields['Uid'] = Array(4).fill(uid).join(' ');
		fields['Gid'] = Array(4).fill(group(ids.gid)).join(' ');
		if (!keepsGroups(input))
			fields['Groups'] = ids.groups
				.map(group)
				.toSorted((a, b) => a - b)
				.join(' ');
	}
	return {kind: 'status', fields};
}

/**
 * Refuses ids that the container's map lacks.
 *
 * @throws TsboxError E_SPEC_INVALID.
 */
function checkMapped({map, extras}: PlanInput, ids: UserIds | null): void {
	if (map === null) return;
	const outside =
		ids === null
			? // Every name but `root` belongs to a uid that a map of a single id lacks.
				map.kind === 'single' && extras.user?.split(':')[0] !== 'root'
			: outsideId(map.uids, ids.uid) === undefined || ids.groups.some(id => outsideId(map.gids, id) === undefined);
	if (outside)
		throw new TsboxError('E_SPEC_INVALID', `the user ${extras.user ?? 'root'} is not one of the container's ids`, {
			why:
				map.kind === 'single'
					? 'without subordinate ids an ordinary user has one id to give, and root in the container has it'
					: `its map ends at ${map.uids.reduce((most, {inside, count}) => Math.max(most, inside + count - 1), 0)}`,
			hint:
				map.kind === 'single'
					? 'give your user a range of ids: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER`'
					: 'choose a lower number, or ask for a larger range in /etc/subuid',
		});
}

/** Reports each capability in `cap_add` that this host cannot give. `ALL` means whatever this host can give. */
function checkCapabilities(input: PlanInput, missing: Shortfalls): void {
	const {config, extras, facts} = input;
	if (extras.addedCapabilities.includes('ALL')) return;
	const given = new Set(boundingSet(config.process, facts));
	for (const name of config.process.capabilities.bounding) {
		if (given.has(name)) continue;
		missing.add(
			`the capability ${name} cannot be given`,
			facts.capabilities.includes(name) ? 'the caller itself lacks it' : 'this kernel does not know it',
			'take it out of `cap_add`',
		);
	}
}

/**
 * Refuses sysctls that belong to no namespace of the container.
 *
 * @throws TsboxError E_SPEC_INVALID.
 */
export function checkSysctls(input: PlanInput): void {
	const namespaces = newNamespaces(input);
	for (const name of Object.keys(input.config.linux.sysctl)) {
		const needs = namespaceOfSysctl(name);
		if (needs === undefined || !isSysctlName(name)) {
			throw new TsboxError('E_SPEC_INVALID', `the sysctl ${name} belongs to the whole machine`, {
				why: 'only net.*, fs.mqueue.* and the System V ipc settings have a value of their own in a namespace',
				hint: 'set it on the host, or take it out of `sysctls`',
			});
		}
		if (!namespaces.includes(needs)) {
			throw new TsboxError('E_SPEC_INVALID', `the sysctl ${name} would change the host`, {
				why: `the container shares the host's ${needs} namespace`,
				hint: `add \`${needs}\` to \`namespaces\``,
			});
		}
	}
}

function oomSteps({config}: PlanInput): readonly Step[] {
	const {oomScoreAdj} = config.process;
	if (oomScoreAdj === undefined) return [];
	return [
		{
			id: 'process.oom',
			phase: 'hardening',
			side: 'inside',
			title: `set its OOM score adjustment to ${oomScoreAdj}`,
			why: 'When the whole machine runs out of memory, the process with the highest score dies first.',
			man: 'proc_pid_oom_score_adj(5)',
			object: 'oom_score_adj of the process',
			action: {kind: 'write', path: '/proc/self/oom_score_adj', value: String(oomScoreAdj)},
			undo: endsWithProcess,
			checks: [{kind: 'oomScoreAdj', equals: oomScoreAdj}],
		},
	];
}

function homeOf({home}: {readonly home?: string}): readonly string[] {
	return home === undefined ? [] : [`HOME=${home}`];
}

/** Resource limits whose hard limit is above the caller's, as far as it may raise them. */
function raised({config, facts}: PlanInput): readonly ResourceLimit[] {
	if (!facts.user.capabilities.includes('CAP_SYS_RESOURCE')) return [];
	return config.process.rlimits
		.map(({type, soft, hard}) => ({name: rlimitName(type), soft, hard}))
		.filter(({name, hard}) => {
			const own = facts.rlimits[name];
			return own !== undefined && own !== -1 && (hard === -1 || hard > own);
		});
}

/** Steps that need CAP_SYS_RESOURCE over the host. They come before the container enters its user namespace and loses it. */
export function rootOnly(input: PlanInput): readonly Step[] {
	if (!isRange(input.map)) return [];
	const limits = raised(input);
	if (limits.length === 0) return oomSteps(input);
	return [
		...oomSteps(input),
		{
			id: 'process.raise',
			phase: 'hardening',
			side: 'inside',
			title: `raise the hard limits ${limits.map(({name}) => name).join(', ')}`,
			why: 'Only root of the host may raise them; they are set once the container is put together.',
			man: 'prlimit(1)',
			object: 'resource limits of the process',
			action: {kind: 'rlimits', limits, hardOnly: true},
			undo: endsWithProcess,
			checks: [],
		},
	];
}

/** Plans the hardening and process phases: from full root to the command with the privileges that the spec grants. */
export function planProcess(input: PlanInput, missing: Shortfalls, security: SecurityPlan): readonly Step[] {
	const {config, extras, facts} = input;
	if (facts.tools.setpriv === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no setpriv', {hint: 'install util-linux'});
	checkCapabilities(input, missing);
	const steps: Step[] = [];
	const step = (rest: Omit<StepInside, 'side' | 'undo'>): void =>
		void steps.push({...rest, side: 'inside', undo: endsWithProcess});
	const rlimits = limits(input, missing);
	if (rlimits.length > 0) {
		step({
			id: 'process.rlimits',
			phase: 'hardening',
			title: `limit ${rlimits.map(limit => limit.name).join(', ')}`,
			why: 'These limits hold for each process; the cgroup holds for all together.',
			man: 'prlimit(1)',
			object: 'resource limits of the process',
			action: {kind: 'rlimits', limits: rlimits},
			checks: rlimits.map(limit => ({kind: 'rlimit', ...limit})),
		});
	}
	if (!isRange(input.map)) steps.push(...oomSteps(input));
	const ids = extras.bundle === undefined ? fixedIds(extras.user, extras.groups) : bundleIds(input);
	checkMapped(input, ids);
	if (ids === null) {
		step({
			id: 'process.user',
			phase: 'hardening',
			title: `look up the user ${extras.user ?? 'root'}`,
			why: "A name means what the container's own /etc/passwd says, not the host's.",
			man: 'passwd(5)',
			object: null,
			action: {kind: 'lookupUser', user: extras.user ?? '0', groups: extras.groups},
			checks: [],
		});
	}
	steps.push(...usedNumbers(input), ...fixedAddresses(input));
	step({
		id: 'process.privileges',
		phase: 'hardening',
		title: `drop privileges${extras.user === undefined ? '' : ` and become ${extras.user}`}`,
		why: [
			'Root in here keeps only the capabilities listed, can never get more, and the process that does this is the one that becomes the command.',
			...security.why,
		].join(' '),
		man: 'setpriv(1)',
		object: 'credentials of the process',
		action: {
			kind: 'dropPrivileges',
			args: [...privilegeArguments(config.process, facts), ...security.labels],
			ids,
			keepGroups: keepsGroups(input),
			...(fixedAddresses(input).length > 0 ? {fixedAddresses: true as const} : {}),
			landlock: security.landlock,
			filter: security.filter,
		},
		checks: [
			statusChecks(input, ids),
			...(ids === null ? [{kind: 'lookedUpIds' as const, map: input.map}] : []),
			...security.checks,
		],
	});
	const {init} = reaperOf(input);
	const home =
		extras.bundle !== undefined
			? homeOf(extras.bundle)
			: ids?.uid === 0 && !config.process.env.some(each => each.startsWith('HOME='))
				? ['HOME=/root']
				: [];
	step({
		id: 'process.exec',
		phase: 'process',
		title: `run ${config.process.args.join(' ')}`,
		why: 'Everything above was read back from the kernel and agreed; only now does the waiting process become the command, with the environment of the spec and nothing else.',
		man: 'execve(2)',
		object: null,
		action: {
			kind: 'exec',
			cwd: config.process.cwd,
			args: config.process.args,
			env: [...config.process.env, ...home],
			...(extras.bundle === undefined || extras.bundle.preserved === 0 ? {} : {preserved: extras.bundle.preserved}),
			...(extras.bundle === undefined || config.process.user.umask === undefined
				? {}
				: {umask: config.process.user.umask}),
			init,
		},
		checks: [],
	});
	return steps;
}
