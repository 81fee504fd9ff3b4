import type {Machine} from '../container/machine/machine.ts';
import {messageOf} from '../errors/is-error.ts';
import {runHook} from '../host/programs/run-hook.ts';
import type {ContainerRecord} from '../state/record.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';
import {stateText} from './state-text.ts';

/**
 * Runs the hooks of a container whose command has started. None runs after one that has failed, and the container is to be stopped then:
 * runtime.md of the OCI runtime-spec, "Lifecycle".
 *
 * @throws TsboxError E_STEP_FAILED.
 */
export async function runStartedHooks(machine: Machine, record: ContainerRecord): Promise<void> {
	for (const at of (record.config.hooks?.poststart ?? []).keys()) await runLater(machine, record, 'poststart', at);
}

/** Runs the hooks of a container that is gone. One that fails is told, and the next ones run. */
export async function runStoppedHooks(
	machine: Machine,
	record: ContainerRecord,
	warn: (text: string) => void,
): Promise<void> {
	for (const at of (record.config.hooks?.poststop ?? []).keys())
		await runLater(machine, record, 'poststop', at).catch((error: unknown) => warn(messageOf(error)));
}

async function runLater(
	{host, facts}: Machine,
	record: ContainerRecord,
	kind: 'poststart' | 'poststop',
	at: number,
): Promise<void> {
	const hook = record.config.hooks?.[kind]?.[at];
	if (hook === undefined) return;
	await runHook(host, hook, {
		label: `${kind} hook #${at}`,
		folder: record.engine?.bundle ?? '/',
		state: JSON.parse(stateText(record, kind === 'poststart' ? 'running' : 'stopped')),
		env: hostToolWords(facts, 'env') ?? ['env'],
		perl: hostToolWords(facts, 'perl') ?? ['perl'],
	});
}
