import type {NamespaceKind} from '../../spec/model/project.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import type {EnterNamespacesAction, StartAction} from '../verbs/start.ts';
import type {Call} from './call.ts';
import type {Flag} from './constants.ts';

/** The flag of unshare(2) and setns(2) for each kind of namespace. */
const namespaceFlags: Readonly<Record<NamespaceKind, Flag>> = {
	mount: 'CLONE_NEWNS',
	pid: 'CLONE_NEWPID',
	uts: 'CLONE_NEWUTS',
	ipc: 'CLONE_NEWIPC',
	network: 'CLONE_NEWNET',
	cgroup: 'CLONE_NEWCGROUP',
	time: 'CLONE_NEWTIME',
	user: 'CLONE_NEWUSER',
};

/**
 * The calls of unshare(1) with the action's arguments: sys-utils/unshare.c of util-linux. The id map is written by a child, which
 * stays in the user namespace of the host.
 */
export function unshareCalls(action: StartAction | EnterNamespacesAction): readonly Call[] {
	const {joins = [], unshare, map, clocks, tty, within} = action;
	const kinds = (Object.keys(namespaceFlags) as NamespaceKind[]).filter(kind =>
		unshare.includes(namespaceOptions[kind]),
	);
	const forks = unshare.includes('--fork');
	return [
		...(within === undefined ? [] : [['enter_user', within] as const]),
		...joins.map(({kind, path}): Call => ['join_namespace', path, [namespaceFlags[kind]]]),
		...(map === undefined ? [] : [userCall(map)]),
		...(kinds.length === 0 ? [] : [['unshare', kinds.map(kind => namespaceFlags[kind])] as const]),
		...(unshare.includes('--propagation')
			? [['mount', 'none', '/', null, ['MS_REC', 'MS_PRIVATE'], null] as const]
			: []),
		...(clocks === true ? [['reset_clocks'] as const] : []),
		...(tty && forks && map !== undefined ? [['release_terminal'] as const] : []),
		...(forks ? [['fork'] as const] : []),
		...(tty && forks ? [['setsid'] as const, ['ioctl', 5, 'TIOCSCTTY', 1] as const] : []),
	];
}

/** 0 is what a process writes for itself; cgroups(7). */
export function joinCalls({cgroups}: StartAction): readonly Call[] {
	return cgroups.map(file => ['write', file, '0']);
}

function userCall({kind, uids, gids}: NonNullable<StartAction['map']>): Call {
	const rows = (map: typeof uids): string =>
		map.map(({inside, outside, count}) => `${inside} ${outside} ${count}`).join('\n');
	return ['unshare_user', kind, rows(uids), rows(gids)];
}
