import {shellWord} from '../../spec/syntax/shell-words.ts';
import {asFunction, type HostVerb, type UndoVerb} from './verb.ts';

/** The exit status by which a script says that a port or an address belongs to another container, whose name it prints: `EX_CANTCREAT`. */
export const ownedStatus = 73;

/** The exit status by which a script says that another start was faster: `EX_TEMPFAIL` of sysexits.h. */
export const takenStatus = 75;

/** Lines of sh that run on the host, as a person would type them. */
export interface HostScriptAction {
	readonly kind: 'hostScript';
	/** Each ends the script when it fails. `$pid` is the first process, for a step beside it. */
	readonly lines: readonly string[];
	/** A file that is locked meanwhile; flock(1). */
	readonly lock?: string;
	/** The file of state/network-namespace.ts: the lines run in that network namespace, as root of its user namespace. */
	readonly namespace?: string;
	/** Programs that the lines have as variables; too long to be shown. */
	readonly programs?: Readonly<Record<string, string>>;
	/** A path of the host: where something is there, nothing is left to do, and tsbox starts no program. The lines look again. */
	readonly unless?: string;
	/** Ports of the host on which nobody may listen. */
	readonly ports?: readonly HostPort[];
}

/** A port of the host; at all its addresses without one. */
export interface HostPort {
	readonly protocol: string;
	readonly port: number;
	readonly address?: string;
}

type Script = Pick<HostScriptAction, 'lines' | 'lock' | 'namespace' | 'programs'>;

/** nsenter(1) into the network namespace of `$holder`. Its user namespace comes first: only root of that one may enter the other. */
const enter = 'nsenter --user --net --preserve-credentials --target $holder';

/**
 * Lines of sh that set `$holder` to the process which holds a network namespace, empty when it has ended. The pid of one that has may be
 * another's: field 22 of proc_pid_stat(5) is the time of its start.
 */
export function holderLines(file: string): readonly string[] {
	return [
		'holder= started=',
		`[ ! -e ${shellWord(file)} ] || read -r holder started < ${shellWord(file)}`,
		// One that ended and that nobody has waited for has a stat, but no namespaces.
		'[ -e "/proc/$holder/ns/net" ] && [ "$(cut -d " " -f 22 "/proc/$holder/stat")" = "$started" ] || holder=',
	];
}

/** The lines as they are, or for the network namespace that a file names. An undo does what is left to do when that has ended. */
function placedLines({lines, namespace}: Script, without: readonly string[]): readonly string[] {
	if (namespace === undefined) return lines;
	return [
		...holderLines(namespace),
		...without,
		'export holder "pid=${pid-}"',
		`\${holder:+${enter}} sh -eu <<'INSIDE'`,
		...lines,
		'INSIDE',
	];
}

const refuse = ['[ -n "$holder" ] || { echo \'the network namespace of this user has ended\' >&2; exit 1; }'] as const;

/** Lines that make a folder; without a program where it is there. */
export function folderLines(path: string): readonly string[] {
	return [`[ -d ${shellWord(path)} ] || mkdir -p ${shellWord(path)}`];
}

/** The text of a script, with the folders in which tools are looked for: the caller's PATH decides nothing that root runs. */
export function hostScriptText(script: Script, {isUndo = false}: {readonly isUndo?: boolean} = {}): string {
	const {lock, programs = {}} = script;
	const variables = Object.entries(programs).map(([name, text]) => `${name}=${shellWord(text)}`);
	const locked =
		lock === undefined
			? []
			: [...folderLines(lock.slice(0, lock.lastIndexOf('/'))), `exec 9>>${shellWord(lock)}`, 'flock 9'];
	const placed = placedLines(script, isUndo ? [] : refuse);
	return ['set -eu', 'umask 077', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...locked, ...variables, ...placed].join('\n');
}

/** A text that a script runs apart from itself, so that its settings and its descriptors end with it. */
export function subshell(text: string): string {
	return `(\n${text}\n)`;
}

function shownLines({lines, lock, namespace, programs = {}}: Script): readonly string[] {
	const variables = Object.entries(programs).map(
		([name, text]) =>
			`# $${name} is a program of ${text.trim().split('\n').length} lines, which \`tsbox compile\` prints`,
	);
	const inside =
		namespace === undefined
			? lines
			: [`read -r holder started < ${shellWord(namespace)}`, `${enter} sh -eu <<'INSIDE'`, ...lines, 'INSIDE'];
	return lock === undefined
		? [...variables, ...inside]
		: [`exec 9>>${shellWord(lock)}; flock 9`, ...variables, ...inside];
}

export const hostScript: HostVerb<HostScriptAction> = {
	shown: shownLines,
	needs: () => ({tools: ['sh', 'flock', 'ip']}),
	hostLines: action => asFunction('host_script', [subshell(hostScriptText(action))]),
};

/** Lines of sh that run on the host to undo a step. They must do no harm when they are run twice. */
export interface UndoScriptAction {
	readonly kind: 'undoScript';
	readonly lines: readonly string[];
	readonly lock?: string;
	/** As in {@link HostScriptAction}. When that namespace has ended, the lines run outside: only files are left to remove. */
	readonly namespace?: string;
}

export const undoScript: UndoVerb<UndoScriptAction> = {
	shown: shownLines,
	needs: () => ({tools: ['sh', 'flock', 'ip']}),
	undoLines: action => [subshell(hostScriptText(action, {isUndo: true}))],
};
