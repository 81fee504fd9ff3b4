import type {NamespaceKind} from '../../spec/model/project.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import type {OciTimeOffset} from '../../oci/config.ts';
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
	const {joins = [], unshare, map, clocks, offsets = [], tty, within, leaves} = action;
	const kinds = (Object.keys(namespaceFlags) as NamespaceKind[]).filter(kind =>
		unshare.includes(namespaceOptions[kind]),
	);
	const forks = unshare.includes('--fork');
	return [
		...(within === undefined ? [] : [['enter_user', within] as const]),
		...joins.flatMap(({kind, path}): readonly Call[] => [
			['join_namespace', path, [namespaceFlags[kind]]],
			...(kind === 'user' ? [['become_root'] as const] : []),
		]),
		...(map === undefined ? [] : [userCall(map)]),
		...(kinds.length === 0 ? [] : [['unshare', kinds.map(kind => namespaceFlags[kind])] as const]),
		...(unshare.includes('--propagation')
			? [['mount', 'none', '/', null, ['MS_REC', spreadOf(unshare)], null] as const]
			: []),
		...(clocks === true ? [['reset_clocks'] as const] : []),
		...(offsets.length > 0 ? [['set_clocks', offsetsText(offsets)] as const] : []),
		...(tty && forks && map !== undefined ? [['release_terminal'] as const] : []),
		...(forks || leaves === true ? forkCalls(action) : []),
		...(offsets.length > 0 ? [['tell_clocks'] as const] : []),
		...(tty && forks ? [['setsid'] as const, ['ioctl', 5, 'TIOCSCTTY', 1] as const] : []),
	];
}

/** How the mounts of a new namespace spread: the word after the option of unshare(1). */
function spreadOf(unshare: readonly string[]): Flag {
	const word = unshare[unshare.indexOf('--propagation') + 1];
	return word === 'shared' ? 'MS_SHARED' : word === 'slave' ? 'MS_SLAVE' : 'MS_PRIVATE';
}

/** The calls that make the first process, which may have nobody to wait for it outside. */
function forkCalls({leaves}: Pick<StartAction, 'leaves'>): readonly Call[] {
	return leaves === true ? [['fork_away'], ['setsid']] : [['fork']];
}

/** 0 is what a process writes for itself; cgroups(7). */
export function joinCalls({cgroups, allCpus}: StartAction): readonly Call[] {
	return [
		...cgroups.map((file): Call => ['write', file, '0']),
		...(allCpus === true ? [['reset_affinity'] as const] : []),
	];
}

/** The lines of /proc/PID/timens_offsets: time_namespaces(7). */
function offsetsText(offsets: readonly OciTimeOffset[]): string {
	return offsets.map(({clock, secs, nanosecs}) => `${clock} ${secs} ${nanosecs}\n`).join('');
}

function userCall({kind, uids, gids}: NonNullable<StartAction['map']>): Call {
	const rows = (map: typeof uids): string =>
		map.map(({inside, outside, count}) => `${inside} ${outside} ${count}`).join('\n');
	return ['unshare_user', kind, rows(uids), rows(gids)];
}
