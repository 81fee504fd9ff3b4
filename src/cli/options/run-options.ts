import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {type ExecutorChoice, executors} from '../../spec/config/executors.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Options, Values} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';

/** The option that denies the command a terminal. */
export const ttyOptions = {
	'no-tty': {kind: 'flag', short: 'T', describe: 'Do not allocate a terminal'},
} as const satisfies Options;

/** The options that decide whether the command gets a terminal. */
export const terminalOptions = {
	...ttyOptions,
	tty: {kind: 'flag', short: 't', describe: 'Allocate a terminal'},
} as const satisfies Options;

/** The options of a verb that runs a given command. The short options are those of Docker and Podman. */
export const commandOptions = {
	...terminalOptions,
	interactive: {kind: 'flag', short: 'i', describe: 'Pass on standard input (always done)'},
	env: {kind: 'list', short: 'e', value: 'NAME[=VALUE]', describe: "Set a variable; without VALUE, copy the caller's"},
	workdir: {kind: 'text', short: 'w', value: 'DIR', describe: 'Working directory in the container'},
	user: {kind: 'text', short: 'u', value: 'USER[:GROUP]', describe: 'User and group, as names or numbers'},
} as const satisfies Options;

/** The option of a verb that selects services by profile. */
export const profileOptions = {
	profile: {
		kind: 'list',
		value: 'NAME',
		describe: 'Enable this profile, * for all; default COMPOSE_PROFILES',
	},
} as const satisfies Options;

/** The option that chooses who makes a container. */
export const executorOptions = {
	executor: {
		kind: 'text',
		value: 'WHO',
		choices: executors,
		describe: 'Make containers by commands or by system calls; default auto',
	},
} as const satisfies Options;

/** The executor of these options; the parser knows the choices. */
export function executorOf(values: Values<typeof executorOptions>): {readonly executor?: ExecutorChoice} {
	return values.executor === undefined ? {} : {executor: values.executor as ExecutorChoice};
}

/** The options of a verb that makes a plan. */
export const planOptions = {
	...profileOptions,
	'best-effort': {kind: 'flag', describe: 'Skip what the host does not support, with a warning'},
	...executorOptions,
} as const satisfies Options;

/** The spec request of a verb with {@link planOptions}, without undefined members. */
export function specRequest<T extends Partial<SpecRequest>>(
	{cwd, env}: Pick<Io, 'cwd' | 'env'>,
	values: Values<typeof planOptions>,
	more: {[Name in keyof T]: T[Name] | undefined},
) {
	const {profile: profiles} = values;
	return {cwd, env, bestEffort: values['best-effort'], ...executorOf(values), profiles, ...present(more)};
}

/** The option of a verb that builds images before it starts containers. */
export const buildOptions = {
	build: {kind: 'flag', describe: 'Build images that the spec has a `build` for, even if they are there'},
} as const satisfies Options;

/** The options of a verb that can check the lock file before a start. */
export const lockedOptions = {
	locked: {kind: 'flag', describe: 'Start only if everything matches tsbox.lock; see tsbox lock'},
	lock: {kind: 'text', value: 'FILE', describe: 'With --locked: lock file; default tsbox.lock next to the spec'},
} as const satisfies Options;

/** The option of a verb that runs one container in the foreground. */
export const recordOptions = {
	record: {kind: 'flag', describe: 'Record the run for `runs` and `replay`, including environment and secrets'},
} as const satisfies Options;
