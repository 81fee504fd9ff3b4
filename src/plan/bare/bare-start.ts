import {mapArguments} from '../../host/id-map.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import type {Step} from '../../step/verbs/step.ts';
import type {CgroupPlan} from '../cgroup/plan-cgroup.ts';
import {containerPaths, namespacesOf, type PlanInput} from '../input/input.ts';
import {joined, namespaceMeanings} from '../process/plan-start.ts';

/** Id, title, reason and manual page of the step that changes the root by chroot(8). */
export const chrootWords = [
	'root.chroot',
	'make the folder its root',
	'Every path of this process begins in the folder now: `/` is the folder. The host is still mounted, and all else is shared with it; a process with CAP_SYS_CHROOT walks back out.',
	'chroot(8)',
] as const;

/** How a bare container starts: its first process, and the steps by which that enters namespaces. */
export interface BareStart {
	readonly start: Step;
	readonly others: readonly Step[];
}

/**
 * Plans the start of a bare container: chroot(8) alone if nothing else is asked for, else unshare(1), twice with a user namespace,
 * because the other namespaces are to belong to it.
 *
 * @param chroot - the folder that becomes the root by chroot(8); null with pivot_root(8)
 * @param prepares - whether the first process has steps before it changes its root
 */
export function bareStart(input: PlanInput, cgroup: CgroupPlan, chroot: string | null, prepares: boolean): BareStart {
	const {map, config, tty} = input;
	const wanted = namespacesOf(input);
	const others = wanted.filter(kind => kind !== 'user');
	const hasProc = config.mounts.some(({type}) => type === 'proc');
	const {layer, state} = containerPaths(input);
	const unshare = [
		...others.map(kind => namespaceOptions[kind]),
		'--fork',
		'--kill-child',
		...(hasProc ? [`--mount-proc=${layer}/rootfs/proc`] : []),
	];
	const users = map === null ? [] : mapArguments(map);
	const stop = {kind: 'stop', kill: cgroup.kill} as const;
	const inCgroups: Step['checks'] = cgroup.members.length > 0 ? [{kind: 'cgroups', members: cgroup.members}] : [];
	const idMap: Step['checks'] = map === null ? [] : [{kind: 'idMap', uids: map.uids, gids: map.gids}];
	const start = {kind: 'start', cgroups: joined(cgroup), users: [], unshare: [], tty, isBare: true} as const;
	if (wanted.length === 0 && chroot !== null && !prepares)
		return {
			start: {
				id: chrootWords[0],
				phase: 'mounts',
				side: 'before',
				title: chrootWords[1],
				why: chrootWords[2],
				man: chrootWords[3],
				object: 'process',
				action: {...start, chroot},
				undo: stop,
				checks: [{kind: 'root', path: chroot}, ...inCgroups],
			},
			others: [],
		};
	const entering = {
		id: 'namespaces.start',
		phase: 'namespaces' as const,
		title: `start it in new ${others.join(', ')} namespaces`,
		why: `unshare(1) starts a program with namespaces of its own: ${others.map(kind => namespaceMeanings[kind]).join(', ')}.${hasProc ? ' /proc is mounted anew, because it shows the processes of the namespace that mounted it.' : ''}`,
		man: 'unshare(1)',
		object: `process, ${others.map(kind => `${kind} namespace`).join(', ')}`,
		checks: others.length === 0 ? [] : [{kind: 'namespaces' as const, kinds: others}],
	};
	if (map === null)
		return {
			start: {
				...entering,
				side: 'before',
				action: {...start, unshare: others.length === 0 ? [] : unshare},
				undo: stop,
				checks: [...entering.checks, ...inCgroups],
			},
			others: [],
		};
	return {
		start: {
			id: 'namespaces.user',
			phase: 'namespaces',
			side: 'before',
			title: 'start the first process in a user namespace',
			why: 'Its root has all capabilities, but only over what belongs to this namespace: the namespaces that it makes from here on, and nothing of the host.',
			man: 'user_namespaces(7)',
			object: 'process, user namespace',
			action: {...start, users, ...(others.length === 0 ? {} : {entersLater: true as const})},
			undo: stop,
			checks: [{kind: 'namespaces', kinds: ['user']}, ...idMap, ...inCgroups],
		},
		others:
			others.length === 0
				? []
				: [
						{
							...entering,
							side: 'inside',
							action: {kind: 'enterNamespaces', users: [], unshare, tty, conf: state, isBare: true},
							undo: {kind: 'none', reason: 'they end with the process'},
						},
					],
	};
}
