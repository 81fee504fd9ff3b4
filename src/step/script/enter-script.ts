import type {HostFacts} from '../../host/facts.ts';
import type {UserMap} from '../../host/id-map.ts';
import type {OciProcess} from '../../oci/config.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import type {FilterLoader, UserIds} from '../verbs/drop-privileges.ts';
import {dropWords} from '../verbs/drop-privileges.ts';
import {guardLines} from './guard-script.ts';
import type {ResourceLimit} from '../verbs/limits.ts';
import {lookupFunction, lookupLine} from '../verbs/lookup-user.ts';
import {privilegeArguments} from '../verbs/privileges.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {releaseTerminalWords} from '../verbs/terminal.ts';
import {hostToolWords, toolboxWords} from '../verbs/toolbox.ts';

/** Input of {@link enterScript}. */
export interface EnterInput {
	readonly pid: number;
	readonly namespaces: readonly NamespaceKind[];
	readonly root: 'pivot' | 'chroot';
	/** The folder that is bind-mounted as the toolbox. */
	readonly tools: string;
	/** The files to which it writes 0 to join the cgroups. */
	readonly cgroups: readonly string[];
	readonly process: OciProcess;
	/** The compiled filter's file on the host and how it is loaded, or null. */
	readonly filter: (FilterLoader & {readonly path: string}) | null;
	/** setpriv(1)'s arguments for AppArmor or SELinux, and for Landlock. */
	readonly labels: readonly string[];
	readonly landlock: readonly string[];
	/** Run the command through setarch(8), so that its memory layout is that of the container's command. */
	readonly fixedAddresses: boolean;
	/** The id map of an ordinary user's container. The user has capabilities only in its user namespace. */
	readonly map: UserMap | null;
	/** Groups cannot be set: the kernel denies it in a user namespace whose map has a single id. */
	readonly keepGroups: boolean;
	/** Numbers, or a `user[:group]` to be looked up in the container. */
	readonly user: UserIds | string;
	readonly tty: boolean;
	/** How a process of an engine enters; only calls can do it. */
	readonly engine?: EngineEntry;
}

/** How a process of an engine enters. */
export interface EngineEntry {
	/** Nobody waits outside, so that the engine is its parent. */
	readonly leaves: boolean;
	/** The socket that gets the terminal, and its size. */
	readonly console?: {readonly socket: string; readonly rows: number; readonly columns: number};
	/** The calls of engines: `bundleProgram`. */
	readonly program: string;
	readonly limits: readonly ResourceLimit[];
	readonly oomScoreAdj?: number;
	/** The persona of the container. */
	readonly persona?: 'LINUX' | 'LINUX32';
}

/**
 * The sh program that enters a running container. It joins the cgroups, seals its own toolbox in its own mount
 * namespace, and enters with nsenter(1) of that toolbox. So the container never meets a host binary that it could write
 * or a folder that it could follow to the host (CVE-2019-5736, CVE-2024-21626). Like a start, the program ends at the
 * gate.
 */
export function enterScript(input: EnterInput, facts: HostFacts): string {
	const box = (tool: Parameters<typeof toolboxWords>[1]): readonly string[] => toolboxWords(facts, tool) ?? [tool];
	const host = (tool: Parameters<typeof toolboxWords>[1]): string => shellCommand(hostToolWords(facts, tool) ?? [tool]);
	const tools = shellWord(input.tools);
	const enter = [
		...box('nsenter'),
		'--target',
		String(input.pid),
		...input.namespaces.filter(kind => input.map === null || kind !== 'user').map(kind => namespaceOptions[kind]),
		...(input.root === 'chroot' ? ['--root'] : []),
		'--wd=.',
	];
	const umask = `umask ${(input.process.user.umask ?? 0o22).toString(8).padStart(3, '0')}`;
	const drop = dropLine(input, facts);
	// setsid(1) makes its stdin the controlling terminal, and the shell at the gate reads the gate there.
	const shell = shellCommand([...box('sh'), '-c', [...drop.before, `exec ${drop.words} <&4`].join('\n')]);
	const inside = input.tty
		? `${shellCommand([...box('setsid'), '--ctty'])} ${shell} <&5`
		: drop.before.length > 0
			? shell
			: `${drop.words} <&4`;
	return [
		// When the starter ends, the guard kills the process that entered. The container continues.
		...guardLines({kill: {kind: 'none'}, keepsAlive: false}),
		'exec 5<&0 6>&1 7>&2 </dev/null >&3 2>&3',
		...(input.filter === null ? [] : [`exec 8< ${shellWord(input.filter.path)} || exit 125`]),
		...input.cgroups.map(file => `echo 0 > ${shellWord(file)} || exit 125`),
		`exec ${userWords(input, facts)}${host('unshare')} --mount --propagation private ${host('sh')} -c ${shellWord(
			[
				`${host('mount')} -i -n -o ${input.map === null ? 'bind' : 'rbind'},ro,nosuid,nodev ${tools} ${tools} && cd ${tools} && ${host('umount')} -i -n -l ${tools} || exit 125`,
				'read -r pid _ < /proc/self/stat; echo "@pid $pid"',
				umask,
				`PATH=/nowhere exec ${shellCommand(enter)} ${inside}`,
			].join('\n'),
		)}`,
		'',
	].join('\n');
}

/** An ordinary user first enters the user namespace, to act as its root. Root enters it with the others. */
function userWords(input: EnterInput, facts: HostFacts): string {
	const release = input.tty && input.namespaces.includes('user') ? releaseTerminalWords(facts) : [];
	if (input.map === null) return release.length === 0 ? '' : `${shellCommand(release)} `;
	const nsenter = hostToolWords(facts, 'nsenter') ?? ['nsenter'];
	return `${shellCommand([...release, ...nsenter, '--target', String(input.pid), '--user', '--preserve-credentials'])} `;
}

function groupWords({keepGroups}: EnterInput, groups: string): readonly string[] {
	return keepGroups ? ['--keep-groups'] : ['--groups', groups];
}

/** The words that drop privileges and become the shell at the gate, and the lines of sh that must run in the container before. */
function dropLine(input: EnterInput, facts: HostFacts): {readonly before: readonly string[]; readonly words: string} {
	const fixed = [...privilegeArguments(input.process, facts), ...input.labels].map(shellWord);
	const setarch = [...(toolboxWords(facts, 'setarch') ?? ['setarch']), '--addr-no-randomize'];
	const through = input.fixedAddresses ? `${shellCommand(setarch)} ` : '';
	const drop = (ids: readonly string[]): string =>
		`${through}${dropWords({...input, privileges: [...fixed, ...ids]}, facts)}`;
	if (typeof input.user !== 'string') {
		const {uid, gid, groups} = input.user;
		// The process is root already. setpriv(1) would look up every id as a name, by the container's nsswitch.conf
		// (CVE-2019-14271).
		const isRoot = uid === 0 && gid === 0 && groups.length === 0;
		const ids = isRoot
			? [input.keepGroups ? '--keep-groups' : '--clear-groups']
			: ['--reuid', String(uid), '--regid', String(gid), ...groupWords(input, groups.join(','))];
		return {before: [], words: drop(ids)};
	}
	return {
		before: [
			'fail() { exit 125; }',
			`head() { ${shellCommand(toolboxWords(facts, 'head') ?? [])} "$@"; }`,
			lookupFunction,
			lookupLine(input.user),
		],
		words: drop(['--reuid', '"$uid"', '--regid', '"$gid"', ...groupWords(input, '"$groups"')]),
	};
}
