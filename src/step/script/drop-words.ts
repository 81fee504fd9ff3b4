import type {HostFacts} from '../../host/facts.ts';
import type {FilterLoader} from '../verbs/action.ts';
import {shellCommand, shellWord} from '../verbs/shell-word.ts';
import {toolboxWords} from '../verbs/toolbox.ts';

/** The numbers of prctl(2) and seccomp(2), by the machine's name as uname(2) gives it: asm/unistd.h of each. */
export const callNumbers: Readonly<Record<string, {readonly prctl: number; readonly seccomp: number}>> = {
	x86_64: {prctl: 157, seccomp: 317},
	aarch64: {prctl: 167, seccomp: 277},
	armv7l: {prctl: 172, seccomp: 383},
	armv6l: {prctl: 172, seccomp: 383},
	i686: {prctl: 172, seccomp: 354},
};

/** Whether perl can load a filter here: the numbers of its system calls must be known. */
export function perlKnows(facts: HostFacts): boolean {
	return callNumbers[facts.kernel.arch] !== undefined;
}

/**
 * The perl program that loads the filter on descriptor 8, closes it and becomes its arguments; the first of them says
 * whether to set no_new_privs. 38 is PR_SET_NO_NEW_PRIVS, 22 and 2 are PR_SET_SECCOMP and SECCOMP_MODE_FILTER: prctl(2);
 * the packed value is a struct sock_fprog.
 */
function perlLoader(facts: HostFacts, listen: boolean): string {
	const {prctl, seccomp} = callNumbers[facts.kernel.arch] ?? {prctl: 0, seccomp: 0};
	return [
		'open F,"<&=8" or die"the filter: $!\\n";binmode F;read F,$f,65536;close F',
		`if(shift){syscall(${prctl},38,1,0,0,0)==0 or die"no_new_privs: $!\\n"}`,
		`$p=pack"Sx![P]P",length($f)/8,$f`,
		// 1 and 8 are SECCOMP_SET_MODE_FILTER and SECCOMP_FILTER_FLAG_NEW_LISTENER, which gives descriptor 8: the lowest that
		// is free. It must outlive perl (F_SETFD is 2), and the words at the gate close it.
		listen
			? `close F;$l=syscall(${seccomp},1,8,$p);$l==8 or die"seccomp: $!\\n";open L,"+<&=8";fcntl L,2,0`
			: `syscall(${prctl},22,2,$p)==0 or die"seccomp: $!\\n"`,
		'exec{$ARGV[0]}@ARGV;die"$ARGV[0]: $!\\n"',
	].join(';');
}

/** What turns root with all powers into the process that waits at the gate. */
export interface Drop {
	/** What setpriv(1) is told; words of sh, so that `"$uid"` may stand among them. */
	readonly privileges: readonly string[];
	/** What setpriv(1) is told of Landlock, which comes last of all. */
	readonly landlock: readonly string[];
	readonly filter: FilterLoader | null;
}

/**
 * The words of sh that become a shell with its final credentials. A filter is loaded after the drop, so that it need not
 * allow what dropping takes; without no_new_privs only a process with CAP_SYS_ADMIN may load one (seccomp(2)), so then it
 * comes first.
 */
export function dropWords({privileges, landlock, filter}: Drop, facts: HostFacts): string {
	const box = (tool: Parameters<typeof toolboxWords>[1]): string => shellCommand(toolboxWords(facts, tool) ?? [tool]);
	const setpriv = [box('setpriv'), ...privileges].join(' ');
	const closed = shellCommand(landlock);
	const shell = `${box('sh')} -s`;
	if (filter === null) return [setpriv, ...(closed === '' ? [] : [closed]), shell].join(' ');
	if (filter.loader === 'setpriv') {
		// It opens the file anew, by a name that needs no folder of the host.
		const load = `${box('setpriv')} --seccomp-filter /proc/self/fd/8`;
		return [setpriv, load, ...(closed === '' ? [] : [closed]), shell].join(' ');
	}
	const load = (noNewPrivileges: boolean): string =>
		`${box('perl')} -e ${shellWord(perlLoader(facts, filter.listen === true))} ${noNewPrivileges ? 1 : 0}`;
	const drop = [setpriv, ...(closed === '' ? [] : [closed])].join(' ');
	return filter.noNewPrivileges ? [drop, load(true), shell].join(' ') : [load(false), drop, shell].join(' ');
}
