import {capabilityMask} from '../../oci/capabilities.ts';
import type {DropPrivilegesAction} from '../verbs/drop-privileges.ts';
import type {Call} from './call.ts';

/** The value of one of the arguments of setpriv(1): `--bounding-set=VALUE`. */
function valueOf(args: readonly string[], option: string): string | undefined {
	return args.find(word => word.startsWith(`${option}=`))?.slice(option.length + 1);
}

/** The calls that turn root with all capabilities into the process that waits at the gate, in this order. */
export interface DropCalls {
	/** Without no_new_privs only a process with CAP_SYS_ADMIN may load a filter: seccomp(2). */
	readonly filterFirst: readonly Call[];
	/** The label of a security module that the next exec gets. */
	readonly labels: readonly Call[];
	readonly drop: readonly Call[];
	readonly filterLast: readonly Call[];
}

/** The capabilities that stay in the bounding set, as the mask in /proc/PID/status. */
export function keptMask(args: readonly string[]): string {
	const kept = (valueOf(args, '--bounding-set') ?? '')
		.split(',')
		.flatMap(word => (word.startsWith('+') ? [`CAP_${word.slice(1).toUpperCase()}`] : []));
	return capabilityMask(kept);
}

/** What setpriv(1) does with the action's arguments, in an order that needs no capability that was dropped before. */
export function dropCalls({args, ids, keepGroups, filter}: Omit<DropPrivilegesAction, 'kind' | 'landlock'>): DropCalls {
	const load: readonly Call[] =
		filter === null ? [] : [['load_filter', 8, filter.listen === true ? 'listen' : 'plain']];
	const apparmor = valueOf(args, '--apparmor-profile');
	const selinux = valueOf(args, '--selinux-label');
	return {
		filterFirst: filter?.noNewPrivileges === false ? load : [],
		labels: [
			...(selinux === undefined ? [] : [['write', '/proc/self/attr/exec', selinux] as const]),
			...(apparmor === undefined ? [] : [['write', '/proc/self/attr/exec', `exec ${apparmor}`] as const]),
		],
		drop: [
			['drop_bounding', keptMask(args)],
			['clear_inheritable'],
			...(keepGroups ? [] : [['setgroups', ids === null ? null : ids.groups.join(',')] as const]),
			['setresgid', ids === null ? null : ids.gid],
			['setresuid', ids === null ? null : ids.uid],
			...(args.includes('--no-new-privs') ? [['prctl', 'PR_SET_NO_NEW_PRIVS', 1] as const] : []),
		],
		filterLast: filter?.noNewPrivileges === true ? load : [],
	};
}
