import type {HostFacts} from '../../host/facts.ts';
import type {OciProcess} from '../../oci/config.ts';
import {namespaceFiles} from '../../host/probe/namespaces.ts';
import type {EnterInput} from '../script/enter-script.ts';
import {privilegeArguments} from '../verbs/privileges.ts';
import {hostToolWords, toolboxWords} from '../verbs/toolbox.ts';
import {type Call, callRow} from './call.ts';
import {hostTrouble} from './call-trouble.ts';
import {dropCalls, keptMask, othersAgain} from './drop-calls.ts';
import {enteringProgram} from './executor.ts';
import {landlockTrouble} from './inside-calls.ts';
import {affinityCall, entryScheduling} from './scheduling-calls.ts';

/** Why calls cannot enter a container on this host, or undefined. */
export function enterTrouble(landlock: readonly string[], facts: HostFacts): string | undefined {
	return hostTrouble(facts) ?? (landlock.length > 0 ? landlockTrouble : undefined);
}

/**
 * The command line that enters a running container by system calls, to the same gate as the program of `enterScript`.
 *
 * A first perl joins the cgroups, mounts the toolbox where only it can reach it, and becomes the perl of that toolbox. That one is still
 * outside of the container's pid namespace when it enters all namespaces and drops its privileges. Only then it makes the process
 * that everybody inside can look at through /proc/PID: a program on a read-only mount without a path, which has no more powers than
 * the command will have (CVE-2016-9962, CVE-2019-5736, CVE-2024-21626).
 */
export function enterCommand(input: EnterInput, facts: HostFacts): readonly string[] {
	const [outside, inside] = [outsideCalls(input, facts), insideCalls(input, facts)];
	const programOf = (calls: readonly Call[]): string =>
		enteringProgram(facts.kernel.arch, new Set(calls.map(([name]) => name)), input.engine?.program);
	const rows = [...outside, ...inside].map(callRow).join('');
	return [...(hostToolWords(facts, 'perl') ?? ['perl']), '-e', programOf(outside), rows, programOf(inside)];
}

/** The terminal of an engine's process, in the /dev/pts of the container. */
function consoleCalls({engine, user}: EnterInput): readonly Call[] {
	if (engine?.console === undefined) return [];
	const {rows, columns} = engine.console;
	return [['open_console', rows, columns, typeof user === 'string' ? 0 : user.uid, null]];
}

/** Once it is in the control groups: the CPUs that it is to have there, or all that they leave when nobody named any. */
function affinityAfter(affinity: OciProcess['execCPUAffinity']): readonly Call[] {
	if (affinity?.final !== undefined) return [affinityCall(affinity.final)];
	return affinity?.initial === undefined ? [['reset_affinity']] : [];
}

function outsideCalls({map, pid, cgroups, tools, tty, engine, process}: EnterInput, facts: HostFacts): readonly Call[] {
	const leaves = engine?.leaves === true;
	const affinity = engine === undefined ? undefined : process.execCPUAffinity;
	return [
		// When the starter ends, the guard kills the process that entered. The container continues.
		...(leaves ? [] : [['guard', 'group', '', 'ends'] as const]),
		['streams'],
		...(leaves ? [] : [['tell_pid'] as const]),
		// Only the process that leads the session can do it, and only root could take the terminal from it.
		...(tty ? [['release_terminal'] as const] : []),
		[leaves ? 'fork_until_born' : 'fork'],
		...(engine?.console === undefined ? [] : [['connect_console', engine.console.socket] as const]),
		...(affinity?.initial === undefined ? [] : [affinityCall(affinity.initial)]),
		...(engine?.oomScoreAdj === undefined
			? []
			: [['write', '/proc/self/oom_score_adj', String(engine.oomScoreAdj)] as const]),
		...(engine?.limits ?? []).map(
			({name, soft, hard}): Call => ['prlimit64', `RLIMIT_${name.toUpperCase()}`, String(soft), String(hard)],
		),
		...cgroups.map((file): Call => ['write', file, '0']),
		...(engine === undefined ? [] : affinityAfter(affinity)),
		// An ordinary user has capabilities only in its user namespace.
		...(map === null ? [] : [['enter_namespaces', pid, null, null, 'user'] as const]),
		['unshare', ['CLONE_NEWNS']],
		['mount', 'none', '/', null, ['MS_REC', 'MS_PRIVATE'], null],
		['mount', tools, tools, null, map === null ? ['MS_BIND'] : ['MS_BIND', 'MS_REC'], null],
		['mount', null, tools, null, ['MS_REMOUNT', 'MS_BIND', 'MS_RDONLY', 'MS_NOSUID', 'MS_NODEV'], null],
		['chdir', tools],
		['umount2', tools, ['MNT_DETACH', 'UMOUNT_NOFOLLOW']],
		['seal', ...(toolboxWords(facts, 'perl') ?? ['perl'])],
	];
}

function insideCalls(input: EnterInput, facts: HostFacts): readonly Call[] {
	const {process, map, pid, root, namespaces, user, keepGroups, filter} = input;
	const args = [...privilegeArguments(process, facts), ...input.labels];
	const {filterFirst, labels, drop, filterLast} = dropCalls({
		args,
		ids: typeof user === 'string' ? null : user,
		keepGroups,
		filter,
	});
	const entered = namespaces.filter(kind => map === null || kind !== 'user');
	const userFirst = [...entered].sort((a, b) => Number(b === 'user') - Number(a === 'user'));
	return [
		['umask', (process.user.umask ?? 0o22).toString(8)],
		...(input.fixedAddresses ? [['personality', ['ADDR_NO_RANDOMIZE']] as const] : []),
		...(input.engine === undefined ? [] : entryScheduling(process, input.engine.persona)),
		...(filter === null ? [] : [['read_filter', '<', filter.path] as const]),
		// Written to the host's /proc, since what the container shows there may be anything (CVE-2019-16884).
		...labels,
		[
			'enter_namespaces',
			pid,
			root === 'chroot' ? root : null,
			entered.includes('user') ? 'root' : null,
			...userFirst.map(kind => namespaceFiles[kind]),
		],
		...(typeof user === 'string' ? [['lookup_user', user] as const] : []),
		...filterFirst,
		...drop,
		['clear_others', keptMask(args)],
		...othersAgain(args),
		...(input.engine?.leaves === true ? [['be_born_told'] as const, ['setsid'] as const] : [['be_born'] as const]),
		...(input.tty ? [['setsid'] as const, ['ioctl', 5, 'TIOCSCTTY', 0] as const] : []),
		...consoleCalls(input),
		...filterLast,
		['gate', ...(toolboxWords(facts, 'sh') ?? ['sh']), '-s'],
	];
}
