import type {HostFacts, ToolName} from '../../host/facts.ts';
import {shellCommand, shellWord} from './shell-word.ts';
import {toolboxWords} from './toolbox.ts';
import type {InsideVerb} from './verb.ts';

/** How a seccomp filter is loaded. */
export interface FilterLoader {
	readonly loader: 'setpriv' | 'perl';
	readonly noNewPrivileges: boolean;
	/** A listener stays on descriptor 8 until the command starts: seccomp_unotify(2). */
	readonly listen?: true;
}

/** Whom the command runs as. */
export interface UserIds {
	readonly uid: number;
	readonly gid: number;
	/** The supplementary groups, the primary one included (CVE-2022-2989). */
	readonly groups: readonly number[];
}

/** Replaces the first process by setpriv(1) and a shell that waits at the gate; ids null: those that lookupUser found. */
export interface DropPrivilegesAction {
	readonly kind: 'dropPrivileges';
	readonly args: readonly string[];
	readonly ids: UserIds | null;
	/** The caller's own groups stay: a map of one id cannot set any. */
	readonly keepGroups: boolean;
	/** After fixAddresses. */
	readonly fixedAddresses?: true;
	readonly landlock: readonly string[];
	readonly filter: FilterLoader | null;
}

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

/** How the words name the tools, and what loads a filter that setpriv(1) cannot. */
interface DropTools {
	readonly tool: (name: ToolName) => string;
	readonly perl: (listen: boolean, noNewPrivileges: boolean) => string;
}

/** As a person would type it. */
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
 * The words of sh that become a shell with its final credentials. A filter is loaded after the drop, so that it need not
 * allow what dropping takes; without no_new_privs only a process with CAP_SYS_ADMIN may load one (seccomp(2)), so then it
 * comes first.
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
		// It opens the file anew, by a name that needs no folder of the host.
		if (filter.loader === 'setpriv')
			return [...setpriv, `${tool('setpriv')} --seccomp-filter /proc/self/fd/8`, ...closed];
		const loader = perl(filter.listen === true, filter.noNewPrivileges);
		return filter.noNewPrivileges ? [...setpriv, ...closed, loader] : [loader, ...setpriv, ...closed];
	};
	return [...load(), ...shell].join(' ');
}

/** What setpriv(1) is given; `$uid`, `$gid` and `$groups` stand for what lookupUser finds. */
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
