import type {Machine} from '../container/machine/machine.ts';
import type {ClaimedContainer} from '../container/start/claim-container.ts';
import {connectAgent} from '../execute/seccomp-agent.ts';
import {isRunning, type ProcessIdentity} from '../host/programs/process.ts';
import {ociState} from '../state/oci-state.ts';

/** What a start needs so that an agent gets the listener of its filter. */
export interface ListenedStart {
	readonly trace: (process: ProcessIdentity) => Promise<void>;
	/** Aborts when the agent cannot have the listener: calls that wait for an answer would wait for ever. */
	readonly signal: AbortSignal;
	readonly close: () => void;
}

/**
 * Connects to the agent that decides about calls of a container; undefined if nobody does.
 *
 * @throws TsboxError E_STEP_FAILED when the agent does not listen.
 */
export async function listenedStart(
	{host, facts}: Machine,
	{planned, record}: ClaimedContainer,
	signal: AbortSignal,
): Promise<ListenedStart | undefined> {
	const agent = planned.plan.steps.flatMap(({action}) =>
		action.kind === 'dropPrivileges' && action.filter?.agent !== undefined ? [action.filter.agent] : [],
	)[0];
	if (agent === undefined) return undefined;
	const connected = await connectAgent(host, facts, agent);
	const failed = new AbortController();
	return {
		signal: AbortSignal.any([signal, failed.signal]),
		trace: async process => {
			try {
				await connected.handOver(
					() => [process.pid],
					pid => ociState(record, 'creating', pid),
					() => !isRunning(host, process),
				);
			} catch (error) {
				failed.abort(error);
			}
		},
		close: connected.close,
	};
}
