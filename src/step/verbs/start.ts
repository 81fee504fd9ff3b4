import type {HostFacts, ToolName} from '../../host/facts.ts';
import type {UserMap} from '../../host/id-map.ts';
import type {OciTimeOffset} from '../../oci/config.ts';
import type {ProcessIdentity} from '../../host/programs/process.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import {releaseTerminalWords} from './terminal.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {holderLines} from './host-script.ts';
import {hostToolWords} from './toolbox.ts';
import {type InsideVerb, type Needs, needsNothing, type OwnVerb} from './verb.ts';

/** Arguments of unshare(1). */
interface NewNamespaces {
	/** Arguments for the user namespace, which is made before the others so that they belong to its root. */
	readonly users: readonly string[];
	/** The map that `users` asks for, if it is a user namespace's. */
	readonly map?: UserMap;
	readonly unshare: readonly string[];
	/** Namespaces of others that are joined before the new ones are made; those of the user namespace first, of mounts last. */
	readonly joins?: readonly {readonly kind: NamespaceKind; readonly path: string}[];
	readonly tty: boolean;
	/** The clocks of the time namespace begin at the start. */
	readonly clocks?: true;
	/** What the clocks of the time namespace are ahead of the host's. */
	readonly offsets?: readonly OciTimeOffset[];
	/** Plans for people name no script: the steps that follow are what one types into the shell. */
	readonly isBare?: true;
	/** The other namespaces are entered later. */
	readonly entersLater?: true;
	/**
	 * Nobody waits outside: the process that made the first one ends at once, so that an engine becomes its parent, and the first
	 * process leads a session.
	 */
	readonly leaves?: true;
	/** A folder with programs in place of newuidmap(1) and newgidmap(1). */
	readonly idMap?: string;
	/** The file that names a process of whose user namespace the new one is a part. */
	readonly within?: string;
}

/** Starts the first process: it joins the cgroups and becomes unshare(1), which runs the container side. */
export interface StartAction extends NewNamespaces {
	readonly kind: 'start';
	readonly cgroups: readonly string[];
	/** It may use all CPUs of its cgroups, whatever the caller is bound to. */
	readonly allCpus?: true;
	/** The process has no namespace of its own and goes into this root at once; its own shell waits at the gate. */
	readonly chroot?: string;
}

/**
 * Enters the new namespaces from a mount namespace that root of the host has prepared: the user namespace first, then
 * the others.
 */
export interface EnterNamespacesAction extends NewNamespaces {
	readonly kind: 'enterNamespaces';
	/** The folder of the scripts, as seen by root of the container. */
	readonly conf: string;
}

/**
 * Lines of sh that read the clocks of the host in whole seconds, because unshare(1) takes no fractions. The monotonic
 * clock stops while a machine sleeps. Only root can read it, from /proc/timer_list.
 */
const clockLines: readonly string[] = [
	'read -r boottime _ < /proc/uptime',
	'boottime=-${boottime%.*} monotonic=',
	'if [ -r /proc/timer_list ]; then',
	'	while read -r now at nanoseconds _; do',
	'		[ "$now $at" != "now at" ] || { monotonic=-${nanoseconds%?????????} && break; }',
	'	done < /proc/timer_list',
	'fi',
	': "${monotonic:=$boottime}"',
];

/** Arguments of unshare(1) that make both clocks begin anew: time_namespaces(7). */
const clockWords = '--monotonic "$monotonic" --boottime "$boottime"';

/** Adds the clock arguments to a line that runs unshare(1). */
function withClocks(line: string, {clocks, offsets = []}: NewNamespaces): string {
	if (offsets.length > 0)
		return line.replace(' --time ', ` --time ${offsets.map(({clock, secs}) => `--${clock} ${secs}`).join(' ')} `);
	return clocks === true ? line.replace(' --time ', ` --time ${clockWords} `) : line;
}

/** The process of {@link holderLines} in the line that enters its namespace. */
function withHolder(line: string, {within}: NewNamespaces): string {
	return within === undefined ? line : line.replace(` --target ${shellWord('$holder')} `, ' --target "$holder" ');
}

/** The host that runs the lines, and words in front of the command. Without a RunHere, the lines are for people. */
interface RunHere {
	readonly facts: HostFacts;
	readonly prefix?: readonly string[];
}

/** An option of nsenter(1). A process is in a pid namespace that it joined once it has made another, which unshare(1) does. */
function joinWord({kind, path}: {readonly kind: NamespaceKind; readonly path: string}): string {
	return `${namespaceOptions[kind]}=${path}`;
}

/** Lines of sh that become unshare(1), which runs the script; without new namespaces, they become sh. */
function becomeLines(made: NewNamespaces, script: string, here?: RunHere): readonly string[] {
	const tool = (name: ToolName): readonly string[] =>
		here === undefined ? [name] : (hostToolWords(here.facts, name) ?? []);
	const {joins = []} = made;
	const joined = joins.length === 0 ? [] : [...tool('nsenter'), ...joins.map(joinWord), '--no-fork'];
	const entered =
		made.within === undefined ? [] : [...tool('nsenter'), '--user', '--preserve-credentials', '--target', '$holder'];
	const unshared = [made.users, made.unshare].flatMap(words =>
		words.length === 0 ? [] : [...tool('unshare'), ...words],
	);
	const terminal = made.tty && startsInside(made);
	const releases = (terminal || (made.tty && made.entersLater === true)) && made.users.length > 0;
	const words = [
		...(here?.prefix ?? []),
		...(here !== undefined && releases ? releaseTerminalWords(here.facts) : []),
		...entered,
		...joined,
		...unshared,
		...(terminal ? [...tool('setsid'), '--ctty'] : []),
		...tool('sh'),
		...(here === undefined && made.isBare === true ? [] : [script]),
	];
	return [
		...(made.within === undefined ? [] : holderLines(made.within)),
		...(made.clocks === true ? clockLines : []),
		withClocks(
			`${made.idMap === undefined ? '' : `PATH=${shellWord(made.idMap)} `}exec ${withHolder(shellCommand(words), made)}${here !== undefined && terminal ? ' <&5' : ''}`,
			made,
		),
	];
}

/** Lines of sh that join the cgroups and become the first process; without `here`, as a person would type them. */
export function startLines(action: StartAction, conf: string, here?: RunHere): readonly string[] {
	// 0 means the process that writes. In a subshell, $$ would be the parent shell.
	const joins = action.cgroups.map(file => `echo 0 > ${shellWord(file)}${here === undefined ? '' : ' || exit 125'}`);
	if (here === undefined && action.chroot !== undefined && action.users.length === 0)
		return [...joins, `exec ${shellCommand(['chroot', action.chroot, 'sh'])}`];
	return [...joins, ...becomeLines(action, `${conf}/${firstScript(action)}`, here)];
}

/** Whether the started program is in all its namespaces. If not, it is root of the host and enters them later. */
function startsInside({unshare}: NewNamespaces): boolean {
	return unshare.includes('--fork');
}

/** The script that the first process begins with. */
function firstScript(start: StartAction): string {
	if (start.entersLater === true) return 'gather.sh';
	return start.unshare.length === 0 || startsInside(start) ? 'init.sh' : 'gather.sh';
}

function needs({users, unshare, joins = [], tty, idMap, within}: NewNamespaces): Required<Needs> {
	const mapped =
		idMap === undefined && (users.includes('--map-auto') || users.some(word => word.startsWith('--map-users')));
	const isRange = users.includes('--map-auto') || users.includes('--setuid=0');
	return {
		tools: [
			...(within === undefined ? [] : (['nsenter'] as const)),
			...(unshare.length + users.length > 0 ? (['unshare'] as const) : []),
			...(joins.length > 0 ? (['nsenter'] as const) : []),
			...(mapped ? (['newgidmap', 'newuidmap'] as const) : []),
			...(tty ? (['setsid'] as const) : []),
		],
		features: users.length === 0 ? [] : [['user namespace', isRange ? 'with subordinate ids' : 'with one id']],
	};
}

export const start: OwnVerb<StartAction> = {
	shown: (action, conf) => startLines(action, conf),
	needs: (action, {cgroup}) => {
		const {tools, features} = needs(action);
		return {tools, features: [['cgroup hierarchy', action.cgroups.length === 0 ? 'none' : cgroup.layout], ...features]};
	},
};

export const enterNamespaces: InsideVerb<EnterNamespacesAction> = {
	shown: action => becomeLines(action, `${action.conf}/init.sh`),
	needs,
	insideLines: (action, facts) => becomeLines(action, `${action.conf}/init.sh`, {facts}),
};

/** Fails unless each process is still the one that was meant: its number, and its start time in proc_pid_stat(5). */
export interface SameProcessesAction {
	readonly kind: 'sameProcesses';
	readonly processes: readonly {readonly name: string; readonly process: ProcessIdentity}[];
}

/** What is said of a container whose process is gone. */
export const endedWords = (name: string): string => `${name} has ended, so its namespaces cannot be shared`;

export const sameProcesses: InsideVerb<SameProcessesAction> = {
	shown: ({processes}) =>
		processes.map(({process: {pid, startTime}}) => `[ "$(cut -d' ' -f22 /proc/${pid}/stat)" = ${startTime} ]`),
	needs: needsNothing,
	// The name in the second field may have blanks and brackets; what follows the last bracket begins with the third field.
	insideLines: ({processes}) =>
		processes.flatMap(({name, process: {pid, startTime}}) => [
			`stat='' && { read -r stat < /proc/${pid}/stat; } 2>/dev/null || :`,
			'set -- ${stat##*) }',
			`[ "\${20-}" = ${startTime} ] || { echo ${shellWord(endedWords(name))}; fail 1; }`,
		]),
};
