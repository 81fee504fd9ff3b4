import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Options, Values} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';

/** The option of `up` and of all that says whether the command gets a terminal. */
export const ttyOptions = {
	'no-tty': {kind: 'flag', short: 'T', describe: 'Give the command no terminal of its own'},
} as const satisfies Options;

/** The same, and its contrary. */
export const terminalOptions = {
	...ttyOptions,
	tty: {kind: 'flag', short: 't', describe: 'Give the command a terminal of its own'},
} as const satisfies Options;

/** The options of a verb that runs a command of the caller's choice; their letters are docker's and podman's. */
export const commandOptions = {
	...terminalOptions,
	interactive: {kind: 'flag', short: 'i', describe: 'Pass standard input on (always done; accepted for habit)'},
	env: {kind: 'list', short: 'e', value: 'NAME[=VALUE]', describe: "Set a variable; without a value, the caller's"},
	workdir: {kind: 'text', short: 'w', value: 'DIR', describe: 'Working directory in the container'},
	user: {kind: 'text', short: 'u', value: 'USER[:GROUP]', describe: 'User and group, names or numbers'},
} as const satisfies Options;

/** The option of a verb for which profiles say which services are meant; without it COMPOSE_PROFILES does. */
export const profileOptions = {
	profile: {
		kind: 'list',
		value: 'NAME',
		describe: 'The services of this profile too, * for all; by default those of COMPOSE_PROFILES',
	},
} as const satisfies Options;

/** The options of a verb that makes a plan. */
export const planOptions = {
	...profileOptions,
	'best-effort': {kind: 'flag', describe: "Leave out what this host can't do, with a warning"},
} as const satisfies Options;

/** The spec that a verb with {@link planOptions} is asked to use; members without a value are left out. */
export function specRequest<T extends Partial<SpecRequest>>(
	{cwd, env}: Pick<Io, 'cwd' | 'env'>,
	values: Values<typeof planOptions>,
	more: {[Name in keyof T]: T[Name] | undefined},
) {
	return {cwd, env, bestEffort: values['best-effort'], profiles: values.profile, ...present(more)};
}

/** The options of a verb that can hold a start to its lock. */
export const lockedOptions = {
	locked: {kind: 'flag', describe: 'Start only what is as tsbox.lock says; see tsbox lock'},
	lock: {kind: 'text', value: 'FILE', describe: 'With --locked: the lock; tsbox.lock beside the spec without'},
} as const satisfies Options;

/** The option of a verb that runs one container in the foreground. */
export const recordOptions = {
	record: {kind: 'flag', describe: 'Keep a record of the run, environment and secrets too, for `runs` and `replay`'},
} as const satisfies Options;
