import type {MachineOptions} from '../container/machine/machine.ts';
import {checkValue, kindOf, type OptionTable} from './check-options.ts';
import type {ExecOptions} from './exec.ts';
import type {LoadOptions} from './load.ts';
import {
	abortSignal,
	bytes,
	commandInput,
	commandWords,
	containerName,
	containerPath,
	count,
	environment,
	flag,
	milliseconds,
	openedMachine,
	text,
	variables,
} from './option-kinds.ts';
import type {CommandOptions, MachineChoice} from './options.ts';
import type {PoolOptions} from './pool-options.ts';
import type {RunOptions} from './run.ts';
import type {RunsOptions} from './runs.ts';
import type {UpOptions} from './up.ts';

const machineChoice: OptionTable<MachineChoice> = {machine: openedMachine, store: text, state: text};

/** Of `openMachine`. */
export const machineTable: OptionTable<MachineOptions> = {
	store: text,
	state: text,
	config: text,
	planOnly: flag,
	forRoot: flag,
};

/** Of `load`. */
export const loadTable: OptionTable<LoadOptions> = {cwd: text, env: environment, service: text};

/** Of `plan`. */
export const planTable: OptionTable<LoadOptions & MachineChoice> = {...loadTable, ...machineChoice};

/** Of `run` of a pool. */
export const commandTable: OptionTable<CommandOptions> = {
	command: commandWords,
	env: variables,
	cwd: containerPath,
	input: commandInput,
	timeoutMs: milliseconds,
	maxOutput: bytes,
	buffer: flag,
	signal: abortSignal,
};

/** Of `run`. */
export const runTable: OptionTable<RunOptions> = {
	...commandTable,
	...machineChoice,
	service: text,
	name: containerName,
	keepAlive: flag,
	record: flag,
};

const {command: _, ...beside} = commandTable;

/** Of `exec` of a box. */
export const boxExecTable: OptionTable<ExecOptions> = {...beside, user: text};

/** Of `exec`. */
export const execTable: OptionTable<ExecOptions & MachineChoice> = {...boxExecTable, ...machineChoice};

/** Of `up`. */
export const upTable: OptionTable<UpOptions> = {
	...machineChoice,
	command: commandWords,
	env: variables,
	cwd: containerPath,
	signal: abortSignal,
	service: text,
	name: containerName,
	keepAlive: flag,
	streams: flag,
};

/** Of `new Pool`. */
export const poolTable: OptionTable<PoolOptions> = {
	...machineChoice,
	size: count,
	concurrency: count,
	starts: count,
	service: text,
};

/** Of `close` of a pool. */
export const closeTable: OptionTable<{readonly kill?: boolean}> = {kill: flag};

/** Of `listRuns` and `removeRun`. */
export const storeTable: OptionTable<MachineChoice> = machineChoice;

/** Of `showRun` and `diffRuns`. */
export const runsTable: OptionTable<RunsOptions> = {...machineChoice, cwd: text};

const source = kindOf(
	'the path of a file, an object, or what `load` gives',
	value =>
		(typeof value === 'string' && value !== '') ||
		// A promise is what `load` gives to whoever forgets to await it.
		(typeof value === 'object' && value !== null && !Array.isArray(value) && !('then' in value)),
);

/**
 * Refuses what can't be a spec.
 *
 * @throws TsboxError E_USAGE.
 */
export function checkSource(call: string, value: unknown): void {
	checkValue(`the spec of \`${call}\``, source, value);
}

/**
 * Refuses what can't be a container's name or the id of a run.
 *
 * @throws TsboxError E_USAGE.
 */
export function checkText(name: string, value: unknown): void {
	checkValue(name, text, value);
}
