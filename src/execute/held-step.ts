import {messageOf} from '../errors/is-error.ts';
import type {HostFacts, ToolName} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {namespaceOptions} from '../host/programs/namespace-options.ts';
import {readSnapshot, type Snapshot} from '../kernel/snapshot.ts';
import {namespaceKinds} from '../spec/model/project.ts';
import {shellCommand} from '../spec/syntax/shell-words.ts';
import {type Skipping, skippingOf} from '../step/script/skipping.ts';
import type {Check} from '../step/verbs/check.ts';
import {releaseTerminalWords} from '../step/verbs/terminal.ts';
import type {Plan, Step} from '../step/verbs/step.ts';
import {hostToolWords, toolboxWords} from '../step/verbs/toolbox.ts';
import {problemOf, processView, type ReadBack} from './check.ts';

/** Decides before each step whether it is done. A rejection ends the start. */
export type Hold = (held: HeldStep) => Promise<'do' | 'skip'>;

/** A file or folder of the host that a step changes, and what is there, in words. */
export interface Place {
	readonly path: string;
	readonly state: string;
}

/** What is there at one moment of a start. */
export interface StartLook {
	/** The first process; undefined before it is known. */
	readonly first: Snapshot | undefined;
	/** tsbox itself, which has the namespaces of the host. */
	readonly own: Snapshot | undefined;
	readonly places: readonly Place[];
}

/** A check of a step, and what is wrong, if anything is. */
export interface CheckResult {
	readonly check: Check;
	readonly problem: string | undefined;
}

/** A step that waits for a decision. Its functions look at the machine when they are called, also after the step was done. */
export interface HeldStep {
	readonly id: string;
	readonly skipping: Skipping;
	readonly look: () => StartLook;
	/** Its checks as the kernel answers them now. Many hold only at the gate. */
	readonly checks: () => readonly CheckResult[];
	/**
	 * The words that start a shell on this terminal: the user's, or one of the host's in the namespaces of the first process.
	 * Undefined inside before the first process is known.
	 */
	readonly shell: (where: 'host' | 'inside') => readonly string[] | undefined;
}

/** What {@link heldStep} looks at. */
export interface HeldView {
	readonly host: Host;
	readonly facts: HostFacts;
	readonly first: () => number | undefined;
	readonly told: () => ReadBack;
}

/** Describes a step to whoever decides about it. */
export function heldStep(step: Step, plan: Plan, {host, facts, first, told}: HeldView): HeldStep {
	return {
		id: step.id,
		skipping: skippingOf(step, plan.steps),
		look: () => {
			const pid = first();
			return {
				first: pid === undefined ? undefined : readSnapshot(host, pid),
				own: readSnapshot(host, process.pid),
				places: step.side === 'inside' ? [] : placesOf(step).map(path => ({path, state: stateOf(host, path)})),
			};
		},
		checks: () => {
			const pid = first();
			const view = pid === undefined ? undefined : processView(host, pid);
			return step.checks.map(check => ({check, problem: attempt(() => problemOf(check, host, view, told()))}));
		},
		shell: where => {
			const pid = first();
			const inside = where === 'inside' && pid !== undefined ? enterWords(host, facts, pid) : undefined;
			return where === 'inside' && inside === undefined ? undefined : onOwnTerminal(facts, inside);
		},
	};
}

/** A failed read of /proc as a problem: the process may have been killed. */
function attempt(look: () => string | undefined): string | undefined {
	try {
		return look();
	} catch (error) {
		return messageOf(error);
	}
}

/** The files and folders of the host that a step changes. */
function placesOf({action, checks}: Step): readonly string[] {
	const checked = checks.flatMap(check => (check.kind === 'folder' || check.kind === 'value' ? [check.path] : []));
	// devices.allow and devices.deny can only be written; devices.list shows both.
	const paths = [...pathsOf(action), ...checked].map(path => path.replace(/devices\.(?:allow|deny)$/, 'devices.list'));
	return [...new Set(paths)];
}

function pathsOf(action: Step['action']): readonly string[] {
	if (action.kind === 'sequence') return action.actions.flatMap(pathsOf);
	if (action.kind === 'makeVolume') return [`${action.store}/${action.name}`];
	if (action.kind === 'unpack') return [action.target];
	if (action.kind === 'pullImage') return action.layers.filter(({stored}) => !stored).map(({target}) => target);
	if (action.kind === 'copyTree') return [action.to];
	if ('roots' in action) return action.roots.flatMap(root => action.names.map(name => `${root}/${name}`));
	return 'paths' in action ? action.paths : 'path' in action ? [action.path] : [];
}

const mostLines = 4;

function stateOf(host: Host, path: string): string {
	try {
		const facts = host.stat(path);
		if (facts === undefined) return 'is not there';
		if (facts.kind === 'directory') {
			const count = host.list(path).length;
			return count === 0 ? 'is an empty folder' : `is a folder with ${count} ${count === 1 ? 'name' : 'names'}`;
		}
		if (!/^\/(?:proc|sys)\//.test(path)) return `is a file of ${facts.size} bytes`;
		const lines = (host.readText(path) ?? '').trim().split('\n');
		const more = lines.length > mostLines ? `, and ${lines.length - mostLines} more lines` : '';
		return `reads ${lines.slice(0, mostLines).join(', ') || 'nothing'}${more}`;
	} catch {
		return 'cannot be read';
	}
}

/**
 * script(1) gives a shell a terminal of its own. So keys that stop or suspend go to the shell and not to tsbox, and tsbox
 * stays in the foreground of its terminal however the shell ends. It ends if tsbox is killed.
 *
 * @param words - by default the shell of the variable SHELL
 */
function onOwnTerminal(facts: HostFacts, words: readonly string[] | undefined): readonly string[] {
	const script = hostToolWords(facts, 'script');
	const command = words === undefined ? [] : ['--command', `exec ${shellCommand(words)} 5<&0`];
	return [
		...(hostToolWords(facts, 'setpriv') ?? ['setpriv']),
		'--pdeathsig',
		'TERM',
		...(script === undefined
			? (words ?? [facts.tools.sh?.path ?? 'sh', '-i'])
			: [...script, '--quiet', '--return', '--flush', ...command, '/dev/null']),
	];
}

/**
 * nsenter(1) into the namespaces that the first process does not share with tsbox. The shell is the host's, from the working
 * directory of the first process: `/`, and after the change of the root the toolbox. So no program of the image is started.
 * setsid(1) makes the terminal that of the shell, as nsenter's process group has no number in the pid namespace.
 */
function enterWords(host: Host, facts: HostFacts, pid: number): readonly string[] | undefined {
	const [first, own] = [readSnapshot(host, pid), readSnapshot(host, process.pid)];
	if (first === undefined || own === undefined) return undefined;
	const kinds = namespaceKinds.filter(kind => first.namespaces[kind] !== own.namespaces[kind]);
	/** The words of a tool there, if the tool, its loader, and its libraries are. */
	const box = (tool: ToolName): readonly string[] | undefined => {
		const words = toolboxWords(facts, tool);
		const paths = words?.flatMap(word => word.split(':')).filter(word => word.startsWith('./'));
		return paths?.every(path => host.stat(`/proc/${pid}/cwd/${path}`) !== undefined) === true ? words : undefined;
	};
	const setsid = box('setsid');
	return [
		...(kinds.includes('user') && facts.tools.perl !== null ? releaseTerminalWords(facts) : []),
		...(hostToolWords(facts, 'nsenter') ?? ['nsenter']),
		'--target',
		String(pid),
		...kinds.map(kind => namespaceOptions[kind]),
		...(kinds.includes('user') && facts.user.uid !== 0 ? ['--preserve-credentials'] : []),
		'--root',
		'--wd',
		...(setsid === undefined ? [] : [...setsid, '--ctty', '--wait']),
		...(box('sh') ?? ['sh']),
		'-i',
		// Job control needs /dev/tty, which the container gets late.
		'+m',
	];
}
