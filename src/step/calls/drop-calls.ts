import {capabilityMask} from '../../oci/capabilities.ts';
import type {DropPrivilegesAction} from '../verbs/drop-privileges.ts';
import type {Call} from './call.ts';

/** The value of one of the arguments of setpriv(1): `--bounding-set=VALUE`. */
function valueOf(args: readonly string[], option: string): string | undefined {
	return args.find(word => word.startsWith(`${option}=`))?.slice(option.length + 1);
}

/**
 * What setpriv(1) does with the action's arguments, in an order that needs no capability that was dropped before. Without
 * no_new_privs only a process with CAP_SYS_ADMIN may load a filter (seccomp(2)), so the filter comes first then.
 */
export function dropCalls({args, ids, keepGroups, filter}: DropPrivilegesAction): readonly Call[] {
	const kept = (valueOf(args, '--bounding-set') ?? '')
		.split(',')
		.flatMap(word => (word.startsWith('+') ? [`CAP_${word.slice(1).toUpperCase()}`] : []));
	const load: readonly Call[] =
		filter === null ? [] : [['load_filter', 8, filter.listen === true ? 'listen' : 'plain']];
	const nnp: readonly Call[] = args.includes('--no-new-privs') ? [['prctl', 'PR_SET_NO_NEW_PRIVS', 1]] : [];
	const apparmor = valueOf(args, '--apparmor-profile');
	const selinux = valueOf(args, '--selinux-label');
	return [
		...(filter === null || filter.noNewPrivileges ? [] : load),
		...(selinux === undefined ? [] : [['write', '/proc/self/attr/exec', selinux] as const]),
		...(apparmor === undefined ? [] : [['write', '/proc/self/attr/exec', `exec ${apparmor}`] as const]),
		['drop_bounding', capabilityMask(kept)],
		['clear_inheritable'],
		...(keepGroups ? [] : [['setgroups', ids === null ? null : ids.groups.join(',')] as const]),
		['setresgid', ids === null ? null : ids.gid],
		['setresuid', ids === null ? null : ids.uid],
		...nnp,
		...(filter?.noNewPrivileges === true ? load : []),
	];
}
