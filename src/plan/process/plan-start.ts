import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRange, mapArguments, mappedRoot, nestedArguments, nestedMap, type RangeMap} from '../../host/id-map.ts';
import {idMapFolder, toolboxFolder} from '../../host/programs/sealed-tools.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import {joinFile} from '../../step/verbs/cgroup-member.ts';
import type {StartAction} from '../../step/verbs/start.ts';
import type {Step} from '../../step/verbs/step.ts';
import {hasClocks} from '../input/reproducible.ts';
import {newNamespaces, type PlanInput, reachedIn} from '../input/input.ts';
import type {JoinedNamespace} from '../input/joined-namespace.ts';
import {joinedWords} from './joined-steps.ts';
import type {CgroupPlan} from '../cgroup/plan-cgroup.ts';

/** What a process gets from each kind of namespace. */
export const namespaceMeanings: Readonly<Record<NamespaceKind, string>> = {
	mount: 'its own mounts',
	pid: 'its own process numbers',
	uts: 'its own hostname',
	ipc: 'its own shared memory and message queues',
	network: 'its own network',
	cgroup: 'its own view of cgroups',
	time: 'its own clocks',
	user: 'its own user ids',
};

/** How the first process enters its namespaces. */
export interface StartPlan {
	readonly start: Step;
	/** The step that enters the remaining namespaces, if host root has to prepare mounts first; else null. */
	readonly enter: Step | null;
}

/**
 * Plans the namespaces phase. One step is enough, because unshare(1) makes all namespaces at once; a user namespace with
 * an id range takes two.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a kind that the kernel or unshare(1) lacks.
 */
export function planStart(input: PlanInput, cgroup: CgroupPlan): StartPlan {
	const {facts, extras} = input;
	const wanted = newNamespaces(input);
	const {joined: others = []} = input;
	for (const kind of wanted) {
		const option = namespaceOptions[kind];
		if (kind === 'user' && input.map === null)
			throw new TsboxError('E_HOST_UNSUPPORTED', 'a user namespace needs a mount namespace', {
				why: 'the files of its ids can only be set up in a mount namespace',
				hint: 'add `mount` to `namespaces`, or take `user` out',
			});
		if (!facts.namespaces.includes(kind)) {
			throw new TsboxError('E_HOST_UNSUPPORTED', `this kernel has no ${kind} namespaces`, {
				hint: `take \`${kind}\` out of \`namespaces\``,
			});
		}
		if (facts.tools.unshare?.flags.includes(option.slice(2)) !== true) {
			throw new TsboxError('E_HOST_UNSUPPORTED', `this host's unshare has no ${option}`, {
				hint: 'install util-linux 2.36 or newer',
			});
		}
	}
	const flags = wanted.filter(kind => kind !== 'user').map(kind => namespaceOptions[kind]);
	// systemd makes the host's / shared. Private propagation keeps the container's mounts from appearing on the host.
	const unshare =
		wanted.length === 0 && others.every(({kind}) => kind !== 'pid')
			? []
			: [...flags, '--fork', '--kill-child', ...(wanted.includes('mount') ? ['--propagation', 'private'] : [])];
	const clocks = extras.reproducible && wanted.includes('time') && hasClocks(facts);
	if (isRange(input.map)) return prepared(input, cgroup, input.map, unshare, clocks);
	const own = wanted.map(kind => namespaceMeanings[kind]).join(', ');
	const places = [
		...(wanted.length > 0 ? [`new ${wanted.join(', ')} namespaces`] : []),
		...(others.length > 0 ? [joinedWords(others)] : []),
	];
	const start: Step = {
		id: 'namespaces.start',
		phase: 'namespaces',
		side: 'before',
		title: `start the first process${places.length === 0 ? '' : ` in ${places.join(', and in ')}`}`,
		why: `${cgroup.members.length > 0 ? 'It joins its cgroup before anything else, so that nothing it starts is outside. ' : ''}${wanted.length > 0 ? `A process in new namespaces has ${own}.` : 'It has no namespace of its own: it sees what every process of the host sees.'}${others.length > 0 ? ' It joins the namespaces of others first, as long as it has the rights of root over them.' : ''}`,
		man: wanted.length === 0 ? 'sh(1)' : 'unshare(1)',
		object: wanted.length === 0 ? 'process' : `process, ${wanted.map(kind => `${kind} namespace`).join(', ')}`,
		action: {
			kind: 'start',
			cgroups: joined(cgroup),
			...usersOf(input),
			unshare,
			...joinsOf(others),
			tty: input.tty,
			...(clocks ? {clocks: true as const} : {}),
		},
		undo: {kind: 'stop', kill: cgroup.kill},
		checks: [
			...(clocks ? [{kind: 'clocks' as const}] : []),
			...(wanted.length > 0 ? [{kind: 'namespaces' as const, kinds: wanted}] : []),
			...(input.map === null ? [] : [{kind: 'idMap' as const, uids: input.map.uids, gids: input.map.gids}]),
			...inCgroups(cgroup),
		],
	};
	return {start, enter: null};
}

/** The joins of a start in the order of the calls: rights come with the user namespace, and other names for files with that of mounts. */
function joinsOf(joined: readonly JoinedNamespace[]): Pick<StartAction, 'joins'> {
	if (joined.length === 0) return {};
	const rank = ({kind}: JoinedNamespace): number => (kind === 'user' ? 0 : kind === 'mount' ? 2 : 1);
	return {joins: joined.toSorted((one, other) => rank(one) - rank(other)).map(({kind, path}) => ({kind, path}))};
}

/**
 * The user namespace of the first process. On networks of an ordinary user it is made inside of the one that these belong to, whose root may
 * then move a network device into it.
 */
function usersOf(input: PlanInput): Pick<StartAction, 'users' | 'map' | 'idMap' | 'within'> {
	const {map, networks, facts, folders, joined: others = []} = input;
	if (map === null || others.some(({kind}) => kind === 'user')) return {users: []};
	const own = networks?.own ?? null;
	if (own === null) return {users: mapArguments(map), map};
	return {
		users: nestedArguments(map),
		map: nestedMap(map),
		within: own.file,
		...(map.kind === 'single' ? {} : {idMap: `${toolboxFolder(facts, folders.store)}/${idMapFolder}`}),
	};
}

/** The files that the first process writes its id into. */
export function joined({members}: CgroupPlan): readonly string[] {
	return members.map(joinFile);
}

function inCgroups({members}: CgroupPlan): Step['checks'] {
	return members.length > 0 ? [{kind: 'cgroups', members}] : [];
}

/** Starts in a mount namespace in which host root prepares mounts, then enters the user namespace and all others. */
function prepared(
	input: PlanInput,
	cgroup: CgroupPlan,
	map: RangeMap,
	unshare: readonly string[],
	clocks: boolean,
): StartPlan {
	const wanted = newNamespaces(input);
	const {joined: all = []} = input;
	// Only root of the host may join the others: they need not belong to that user namespace.
	const shared = all.filter(({kind}) => kind !== 'user');
	const users = all.filter(({kind}) => kind === 'user');
	const isNew = users.length === 0;
	const root = mappedRoot(map)[0];
	const rest = wanted.filter(kind => kind !== 'user');
	const reached = reachedIn(input);
	return {
		start: {
			id: 'namespaces.start',
			phase: 'namespaces',
			side: 'before',
			title: `start the first process in a mount namespace of its own${shared.length > 0 ? `, and in ${joinedWords(shared)}` : ''}`,
			why: `${cgroup.members.length > 0 ? 'It joins its cgroup before anything else, so that nothing it starts is outside. ' : ''}It is root of the host still: what root of the container could not reach is mounted first.`,
			man: 'unshare(1)',
			object: 'process, mount namespace',
			action: {
				kind: 'start',
				cgroups: joined(cgroup),
				users: [],
				unshare: ['--mount', '--propagation', 'private'],
				...joinsOf(shared),
				tty: input.tty,
			},
			undo: {kind: 'stop', kill: cgroup.kill},
			checks: inCgroups(cgroup),
		},
		enter: {
			id: 'namespaces.user',
			phase: 'namespaces',
			side: 'inside',
			title: `give up root of the host, in ${isNew ? 'new user, ' : `${joinedWords(users)}, and in new `}${rest.join(', ')} namespaces`,
			why: `From here on root is uid ${root} of the host${root === 0 ? '' : ', which owns nothing there'}. The other namespaces are made from inside the user namespace, so that they belong to it.`,
			man: 'user_namespaces(7)',
			object: wanted.map(kind => `${kind} namespace`).join(', '),
			action: {
				kind: 'enterNamespaces',
				...(isNew ? {users: mapArguments(map), map} : {users: [], ...joinsOf(users)}),
				unshare,
				tty: input.tty,
				conf: `${reached}/conf`,
				...(map.direct === true ? {idMap: `${reached}/tools/${idMapFolder}`} : {}),
				...(clocks ? {clocks: true as const} : {}),
			},
			undo: {kind: 'none', reason: 'they end with the process'},
			checks: [
				...(clocks ? [{kind: 'clocks' as const}] : []),
				{kind: 'namespaces', kinds: wanted},
				{kind: 'idMap', uids: map.uids, gids: map.gids},
			],
		},
	};
}
