import type {HostFacts, ToolName} from '../../host/facts.ts';
import type {ToolPlace} from './mounts.ts';
import type {OciHook} from '../../oci/config.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {hostToolWords} from './toolbox.ts';
import {type HostVerb, type InsideVerb, orFail, type UndoVerb} from './verb.ts';

/** Runs one tool in the namespaces of the container. */
export interface RunAction {
	readonly kind: 'run';
	readonly tool: ToolName;
	readonly args: readonly string[];
	readonly place: ToolPlace;
	/** A kernel file that is read back afterwards. */
	readonly reads?: string;
}

export const run: InsideVerb<RunAction> = {
	shown: ({tool, args}) => [shellCommand([tool, ...args])],
	needs: ({tool}) => ({tools: [tool]}),
	insideLines: (action, _, conf) => [
		...orFail(run.shown(action, conf)),
		...(action.reads === undefined ? [] : [`read_back ${shellCommand([action.reads, action.reads])}`]),
	],
};

/** Stands for the pid of the first process on the host, which only beside steps know. */
export const firstProcess = {is: 'first process'} as const;

/** Runs one tool of the host. */
export interface RunOnHostAction {
	readonly kind: 'runOnHost';
	readonly tool: ToolName;
	readonly args: readonly (string | typeof firstProcess)[];
}

/** The tool by its absolute path on this host; without facts by its name, as a person types it. */
function toolWords(tool: ToolName, facts: HostFacts | undefined): readonly string[] {
	return (facts && hostToolWords(facts, tool)) ?? [tool];
}

function hostLine({tool, args}: RunOnHostAction, pid: string, facts?: HostFacts): string {
	return [
		...toolWords(tool, facts).map(shellWord),
		...args.map(arg => (typeof arg === 'string' ? shellWord(arg) : pid)),
	].join(' ');
}

/**
 * The command line of the action.
 *
 * @throws TypeError for an action that needs a first process and has none.
 */
export function runOnHostWords(
	{tool, args}: RunOnHostAction,
	facts: HostFacts,
	pid: number | undefined,
): readonly string[] {
	const words = args.map(arg => (typeof arg === 'string' ? arg : pid?.toString()));
	return [
		...toolWords(tool, facts),
		...words.map(word => {
			if (word === undefined) throw new TypeError(`${tool} is run beside a first process, and there is none`);
			return word;
		}),
	];
}

export const runOnHost: HostVerb<RunOnHostAction> = {
	shown: action => [hostLine(action, '$pid')],
	needs: ({tool}) => ({tools: [tool]}),
	hostLines: (action, facts) => [`run ${hostLine(action, '"$pid"', facts)}`],
};

/** Runs one tool of the host if the path exists, to undo what a tool made. */
export interface RunWhileThereAction {
	readonly kind: 'runWhileThere';
	readonly path: string;
	readonly tool: ToolName;
	readonly args: readonly string[];
}

/** The command line of the action. */
export function runWhileThereWords({tool, args}: RunWhileThereAction, facts?: HostFacts): readonly string[] {
	return [...toolWords(tool, facts), ...args];
}

export const runWhileThere: UndoVerb<RunWhileThereAction> = {
	shown: action => [`[ ! -e ${shellWord(action.path)} ] || ${shellCommand(runWhileThereWords(action))}`],
	needs: ({tool}) => ({tools: [tool]}),
	undoLines: (action, facts) => [
		`run_while_there ${shellCommand([action.path, ...runWhileThereWords(action, facts)])}`,
	],
};

/** Runs a hook of an engine on the host, with the state of the container on its standard input: config.md of the OCI runtime-spec. */
export interface RunHookAction {
	readonly kind: 'runHook';
	readonly hook: OciHook;
	/** What an error calls it: `createRuntime hook #0`. */
	readonly label: string;
	/** The folder in which it runs: that of the bundle, or the root filesystem for one inside. */
	readonly folder: string;
	/** The state without the process number, which is known when the hook runs. */
	readonly state: Readonly<Record<string, unknown>>;
	/** In the namespaces of the container. */
	readonly inside?: true;
}

export const runHook: HostVerb<RunHookAction> = {
	shown: ({hook, inside}) => [
		`${inside === true ? 'nsenter --target $pid --all -- ' : ''}${shellCommand([hook.path, ...(hook.args ?? []).slice(1)])} < state.json`,
	],
	needs: ({inside}) => (inside === true ? {tools: ['nsenter']} : {}),
	hostLines: action => runHook.shown(action, ''),
};
