import type {HostFacts, ToolName} from '../../host/facts.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {toolboxWords} from './toolbox.ts';
import type {InsideVerb} from './verb.ts';

/** A program on the host that decides about calls of a container: config-linux.md of the runtime-spec, "Seccomp". */
export interface SeccompAgent {
	/** The absolute path of its socket. */
	readonly path: string;
	/** What it gets with the listener. */
	readonly metadata: string;
}

/** How a seccomp filter is loaded. */
export interface FilterLoader {
	readonly loader: 'setpriv' | 'perl';
	readonly noNewPrivileges: boolean;
	/** A listener stays on descriptor 8 until the command starts: seccomp_unotify(2). */
	readonly listen?: true;
	/** Who gets the listener, before the command starts. */
	readonly agent?: SeccompAgent;
	/** The bits of SECCOMP_FILTER_FLAG_*, seccomp(2): for the executor of calls alone. */
	readonly flags?: number;
}

/** The user and groups that the command runs as. */
export interface UserIds {
	readonly uid: number;
	readonly gid: number;
	/** The supplementary groups, the primary one included (CVE-2022-2989). */
	readonly groups: readonly number[];
}

/**
 * Replaces the first process with setpriv(1) and a shell that waits at the gate. If `ids` is null, the ids are those
 * that lookupUser found.
 */
export interface DropPrivilegesAction {
	readonly kind: 'dropPrivileges';
	readonly args: readonly string[];
	readonly ids: UserIds | null;
	/** The caller's groups stay, because a map of a single id cannot set groups. */
	readonly keepGroups: boolean;
	/** A fixAddresses step comes before. */
	readonly fixedAddresses?: true;
	readonly landlock: readonly string[];
	readonly filter: FilterLoader | null;
}

/** The system call numbers of prctl(2) and seccomp(2), by machine name of uname(2): asm/unistd.h of each machine. */
export const callNumbers: Readonly<Record<string, {readonly prctl: number; readonly seccomp: number}>> = {
	x86_64: {prctl: 157, seccomp: 317},
	aarch64: {prctl: 167, seccomp: 277},
	armv7l: {prctl: 172, seccomp: 383},
	armv6l: {prctl: 172, seccomp: 383},
	i686: {prctl: 172, seccomp: 354},
};

/** Whether perl can load a filter on this machine: its system call numbers must be known. */
export function perlKnows(facts: HostFacts): boolean {
	return callNumbers[facts.kernel.arch] !== undefined;
}

/**
 * The perl program that loads the filter on descriptor 8, closes it, and becomes its arguments. The first argument says
 * whether to set no_new_privs. 38 is PR_SET_NO_NEW_PRIVS, 22 and 2 are PR_SET_SECCOMP and SECCOMP_MODE_FILTER:
 * prctl(2). The packed value is a struct sock_fprog.
 */
function perlLoader(facts: HostFacts, listen: boolean): string {
	const {prctl, seccomp} = callNumbers[facts.kernel.arch] ?? {prctl: 0, seccomp: 0};
	return [
		'open F,"<&=8" or die"the filter: $!\\n";binmode F;read F,$f,65536;close F',
		`if(shift){syscall(${prctl},38,1,0,0,0)==0 or die"no_new_privs: $!\\n"}`,
		`$p=pack"Sx![P]P",length($f)/8,$f`,
		// 1 and 8 are SECCOMP_SET_MODE_FILTER and SECCOMP_FILTER_FLAG_NEW_LISTENER. The listener gets the lowest free
		// descriptor, 8. It must outlive perl (F_SETFD is 2), and the gate script closes it.
		listen
			? `close F;$l=syscall(${seccomp},1,8,$p);$l==8 or die"seccomp: $!\\n";open L,"+<&=8";fcntl L,2,0`
			: `syscall(${prctl},22,2,$p)==0 or die"seccomp: $!\\n"`,
		'exec{$ARGV[0]}@ARGV;die"$ARGV[0]: $!\\n"',
	].join(';');
}

/** What turns root with all capabilities into the process that waits at the gate. */
export interface Drop {
	/** Arguments of setpriv(1) as words of sh, so that `"$uid"` can be one of them. */
	readonly privileges: readonly string[];
	/** The Landlock arguments of setpriv(1), which come last. */
	readonly landlock: readonly string[];
	readonly filter: FilterLoader | null;
}

/** How the line names its tools, and the perl command for a filter that setpriv(1) cannot load. */
interface DropTools {
	readonly tool: (name: ToolName) => string;
	readonly perl: (listen: boolean, noNewPrivileges: boolean) => string;
}

/** The names that a person would type. */
const byName: DropTools = {
	tool: name => name,
	perl: () => "perl -e 'prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, <&8)'",
};

function fromToolbox(facts: HostFacts): DropTools {
	const tool = (name: ToolName): string => shellCommand(toolboxWords(facts, name) ?? [name]);
	return {
		tool,
		perl: (listen, noNewPrivileges) =>
			`${tool('perl')} -e ${shellWord(perlLoader(facts, listen))} ${noNewPrivileges ? 1 : 0}`,
	};
}

/**
 * The words of sh that become a shell with its final credentials. The filter is loaded after the drop, so that it need
 * not allow the system calls of the drop. Without no_new_privs only a process with CAP_SYS_ADMIN may load a filter
 * (seccomp(2)), so the filter is loaded first.
 */
export function dropWords(drop: Drop, facts: HostFacts): string {
	return wordsOf(drop, fromToolbox(facts));
}

function wordsOf({privileges, landlock, filter}: Drop, {tool, perl}: DropTools): string {
	const setpriv = [tool('setpriv'), ...privileges];
	const closed = landlock.map(shellWord);
	const shell = [tool('sh'), '-s'];
	const load = (): readonly string[] => {
		if (filter === null) return [...setpriv, ...closed];
		// setpriv(1) opens the filter by path. This path works without any folder of the host.
		if (filter.loader === 'setpriv')
			return [...setpriv, `${tool('setpriv')} --seccomp-filter /proc/self/fd/8`, ...closed];
		const loader = perl(filter.listen === true, filter.noNewPrivileges);
		return filter.noNewPrivileges ? [...setpriv, ...closed, loader] : [loader, ...setpriv, ...closed];
	};
	return [...load(), ...shell].join(' ');
}

/** Arguments of setpriv(1). `$uid`, `$gid`, and `$groups` are the variables that lookupUser sets. */
function privileges({args, ids, keepGroups}: DropPrivilegesAction, found: (name: string) => string): readonly string[] {
	return [
		...args.map(shellWord),
		'--reuid',
		ids === null ? found('$uid') : String(ids.uid),
		'--regid',
		ids === null ? found('$gid') : String(ids.gid),
		...(keepGroups ? ['--keep-groups'] : ['--groups', ids === null ? found('$groups') : ids.groups.join(',')]),
	];
}

function line(action: DropPrivilegesAction, tools: DropTools, found: (name: string) => string): string {
	const through = action.fixedAddresses === true ? '"$@" ' : '';
	return `exec ${through}${wordsOf({...action, privileges: privileges(action, found)}, tools)}`;
}

export const dropPrivileges: InsideVerb<DropPrivilegesAction> = {
	shown: action => [line(action, byName, name => name)],
	needs: ({filter, landlock, args}) => ({
		tools: filter?.loader === 'perl' ? ['perl', 'setpriv'] : ['setpriv'],
		features: [
			['seccomp', filter === null ? 'no filter' : `loaded by ${filter.loader}`],
			...(landlock.length === 0 ? [] : [['landlock', 'used'] as const]),
			...(['apparmor', 'selinux'] as const)
				.filter(name => args.some(word => word.startsWith(`--${name}`)))
				.map(name => ['security module', name] as const),
		],
	}),
	insideLines: (action, facts) => [`${line(action, fromToolbox(facts), name => `"${name}"`)} <&4`],
};
