import type {Machine} from '../machine/machine.ts';
import {messageOf} from '../../errors/is-error.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Hook, Service} from '../../spec/model/project.ts';
import {runInside} from './run-inside.ts';

/** The two lists of hooks, as the spec names them; Compose Specification, `post_start` and `pre_stop`. */
export type HookKind = 'post_start' | 'pre_stop';

/** A container that has hooks. */
export type HasHooks = Pick<Service, 'name' | 'postStart' | 'preStop'>;

/** The commands of a service for an occasion. */
export function hooksOf({postStart, preStop}: HasHooks, kind: HookKind): readonly Hook[] {
	return (kind === 'post_start' ? postStart : preStop) ?? [];
}

/**
 * Runs the hooks of an occasion in the container, one after the other; the first that fails is the last.
 *
 * @throws TsboxError E_STEP_FAILED with what it printed, or why it could not be run; nothing when the signal aborts.
 */
export async function runHooks(
	machine: Machine,
	service: HasHooks,
	kind: HookKind,
	signal: AbortSignal,
): Promise<void> {
	for (const hook of hooksOf(service, kind)) {
		if (signal.aborted) return;
		const {exitCode, output} = await runInside(machine, service.name, hook, 'hook', signal);
		if (signal.aborted || exitCode === 0) continue;
		throw new TsboxError('E_STEP_FAILED', `its ${kind} command ended with status ${exitCode}`, {
			command: hook.command.join(' '),
			output: output.trim(),
			hint: `see what \`tsbox exec ${service.name} ${hook.command.join(' ')}\` says`,
		});
	}
}

/** What {@link prepareBeside} needs to know of the command, and to do to it. */
export interface Beside {
	readonly runs: () => boolean;
	/** Ends the container at once. */
	readonly end: () => void;
}

/**
 * Runs the `post_start` commands beside the command, which is ended when one fails. Gives what is called when the command
 * has ended, and tells why they failed; undefined for no failure, or a command that ended by itself.
 */
export function prepareBeside(machine: Machine, service: HasHooks, {runs, end}: Beside): () => Promise<unknown> {
	const over = new AbortController();
	const prepared = runHooks(machine, service, 'post_start', over.signal).then(
		() => undefined,
		(failure: unknown) => {
			if (over.signal.aborted || !runs()) return undefined;
			end();
			return failure;
		},
	);
	return () => {
		over.abort();
		return prepared;
	};
}

/** Runs the `pre_stop` commands; what fails there is told, and the stop goes on. */
export async function sayFarewell(
	machine: Machine,
	container: HasHooks,
	signal: AbortSignal,
	warn: (text: string) => void,
): Promise<void> {
	try {
		await runHooks(machine, container, 'pre_stop', signal);
	} catch (failure) {
		if (!signal.aborted) warn(messageOf(failure));
	}
}
