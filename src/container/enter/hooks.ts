import type {Machine} from '../machine/machine.ts';
import {messageOf} from '../../errors/is-error.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Hook, Service} from '../../spec/model/project.ts';
import {runInside} from './run-inside.ts';

/** The kinds of hooks in the Compose Specification: `post_start` and `pre_stop`. */
export type HookKind = 'post_start' | 'pre_stop';

/** A container with hooks. */
export type HasHooks = Pick<Service, 'name' | 'postStart' | 'preStop'>;

/** The hooks of one kind. */
export function hooksOf({postStart, preStop}: HasHooks, kind: HookKind): readonly Hook[] {
	return (kind === 'post_start' ? postStart : preStop) ?? [];
}

/**
 * Runs the hooks of one kind in the container, in order, until one fails.
 *
 * @throws TsboxError E_STEP_FAILED with the hook's output, or the reason why it could not run. An abort throws nothing.
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
		throw new TsboxError('E_STEP_FAILED', `the ${kind} hook exited with status ${exitCode}`, {
			command: hook.command.join(' '),
			output: output.trim(),
			hint: `try it with \`tsbox exec ${service.name} ${hook.command.join(' ')}\``,
		});
	}
}

/** The access of {@link prepareBeside} to the container's command. */
export interface Beside {
	readonly runs: () => boolean;
	/** Kills the container. */
	readonly end: () => void;
}

/**
 * Runs the `post_start` hooks while the command runs, and kills the container when one fails. Returns a function to call when
 * the command has ended. It gives the failure, or undefined if the hooks succeeded or the command ended by itself.
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

/** Runs the `pre_stop` hooks. A failure becomes a warning, and the stop continues. */
export async function runPreStopHooks(
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
