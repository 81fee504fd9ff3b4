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
	return maskOf(args, '--bounding-set');
}

const noCapabilities = capabilityMask([]);

/** The sets besides the bounding one, which were cleared of what nobody else has. */
export function othersAgain(args: readonly string[]): readonly Call[] {
	const [inheritable, ambient] = [maskOf(args, '--inh-caps'), maskOf(args, '--ambient-caps')];
	return [
		...(inheritable === noCapabilities ? [] : [['set_inheritable', inheritable] as const]),
		...(ambient === noCapabilities ? [] : [['raise_ambient', ambient] as const]),
	];
}

function maskOf(args: readonly string[], option: string): string {
	const names = (valueOf(args, option) ?? '')
		.split(',')
		.flatMap(word => (word.startsWith('+') ? [`CAP_${word.slice(1).toUpperCase()}`] : []));
	return capabilityMask(names);
}

/** What setpriv(1) does with the action's arguments, in an order that needs no capability that was dropped before. */
export function dropCalls({args, ids, keepGroups, filter}: Omit<DropPrivilegesAction, 'kind' | 'landlock'>): DropCalls {
	const load: readonly Call[] =
		filter === null
			? []
			: filter.listen === true
				? [['load_filter', 8, 'listen', filter.flags ?? 0]]
				: [['load_filter', 8, filter.flags ?? 'plain']];
	const apparmor = valueOf(args, '--apparmor-profile');
	const selinux = valueOf(args, '--selinux-label');
	const [inheritable, ambient] = [maskOf(args, '--inh-caps'), maskOf(args, '--ambient-caps')];
	const hasAmbient = ambient !== noCapabilities;
	return {
		filterFirst: filter?.noNewPrivileges === false ? load : [],
		labels: [
			...(selinux === undefined ? [] : [['write', '/proc/self/attr/exec', selinux] as const]),
			...(apparmor === undefined ? [] : [['write', '/proc/self/attr/exec', `exec ${apparmor}`] as const]),
		],
		drop: [
			['drop_bounding', keptMask(args)],
			inheritable === noCapabilities ? ['clear_inheritable'] : ['set_inheritable', inheritable],
			...(hasAmbient ? [['keep_capabilities'] as const] : []),
			...(keepGroups ? [] : [['setgroups', ids === null ? null : ids.groups.join(',')] as const]),
			['setresgid', ids === null ? null : ids.gid],
			['setresuid', ids === null ? null : ids.uid],
			...(hasAmbient ? [['raise_ambient', ambient] as const] : []),
			...(args.includes('--no-new-privs') ? [['prctl', 'PR_SET_NO_NEW_PRIVS', 1] as const] : []),
		],
		filterLast: filter?.noNewPrivileges === true ? load : [],
	};
}
