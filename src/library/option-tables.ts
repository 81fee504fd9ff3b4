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
	texts,
	variables,
} from './option-kinds.ts';
import type {CommandOptions, MachineChoice} from './options.ts';
import type {PoolOptions} from './pool-options.ts';
import type {RunOptions} from './run.ts';
import type {RunsOptions} from './runs.ts';
import type {UpOptions} from './up.ts';

const machineChoice: OptionTable<MachineChoice> = {machine: openedMachine, store: text, state: text};

/** Options of `openMachine`. */
export const machineTable: OptionTable<MachineOptions> = {
	store: text,
	state: text,
	config: text,
	planOnly: flag,
	forRoot: flag,
};

/** Options of `load`. */
export const loadTable: OptionTable<LoadOptions> = {cwd: text, env: environment, service: text, egress: texts};

/** Options of `plan`. */
export const planTable: OptionTable<LoadOptions & MachineChoice> = {...loadTable, ...machineChoice};

/** Options of `Pool.run`. */
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

/** Options of `run`. */
export const runTable: OptionTable<RunOptions> = {
	...commandTable,
	...machineChoice,
	service: text,
	egress: texts,
	name: containerName,
	keepAlive: flag,
	record: flag,
};

const {command: _, ...beside} = commandTable;

/** Options of `Box.exec`. */
export const boxExecTable: OptionTable<ExecOptions> = {...beside, user: text};

/** Options of `exec`. */
export const execTable: OptionTable<ExecOptions & MachineChoice> = {...boxExecTable, ...machineChoice};

/** Options of `up`. */
export const upTable: OptionTable<UpOptions> = {
	...machineChoice,
	command: commandWords,
	env: variables,
	cwd: containerPath,
	signal: abortSignal,
	service: text,
	egress: texts,
	name: containerName,
	keepAlive: flag,
	streams: flag,
};

/** Options of `new Pool`. */
export const poolTable: OptionTable<PoolOptions> = {
	...machineChoice,
	size: count,
	concurrency: count,
	starts: count,
	service: text,
};

/** Options of `Pool.close`. */
export const closeTable: OptionTable<{readonly kill?: boolean}> = {kill: flag};

/** Options of `listRuns` and `removeRun`. */
export const storeTable: OptionTable<MachineChoice> = machineChoice;

/** Options of `showRun` and `diffRuns`. */
export const runsTable: OptionTable<RunsOptions> = {...machineChoice, cwd: text};

const source = kindOf(
	'the path of a file, an object, or the awaited result of `load`',
	value =>
		(typeof value === 'string' && value !== '') ||
		// Refuses a promise: the caller forgot to await `load`.
		(typeof value === 'object' && value !== null && !Array.isArray(value) && !('then' in value)),
);

/**
 * Refuses a value that cannot be a spec.
 *
 * @throws TsboxError E_USAGE.
 */
export function checkSource(call: string, value: unknown): void {
	checkValue(`the spec of \`${call}\``, source, value);
}

/**
 * Refuses a value that cannot be a container name or a run id.
 *
 * @throws TsboxError E_USAGE.
 */
export function checkText(name: string, value: unknown): void {
	checkValue(name, text, value);
}
