import type {RunningProgram} from '../host/host.ts';
import type {Guard} from '../step/script/guard-script.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';
import type {ExecAction} from '../step/verbs/exec.ts';
import type {Attachment} from './attach.ts';
import type {ReadBack} from './check.ts';
import type {EventSink} from './event.ts';
import type {HostActionContext} from './host-action.ts';
import type {GateForm} from './gate.ts';
import type {Hold} from './held-step.ts';
import type {Journal} from './journal.ts';
import {besideSteps} from '../step/script/beside.ts';
import type {Plan} from '../step/verbs/step.ts';

/** What carrying out a plan needs. */
export interface ExecuteContext extends HostActionContext {
	readonly journal: Journal;
	readonly emit: EventSink;
	/** The container's state folder. */
	readonly conf: string;
	/** Starts launch.sh; descriptors 3 and 4 are the status pipe and the gate, 5 is the guard's. */
	readonly launch: Attachment['launch'];
	/** Starts the container side by the rows of its calls, if a launcher can. */
	readonly launchCalls?: Attachment['launchCalls'];
	/** What the executor of calls has besides: the calls of engines. */
	readonly moreCalls?: string | undefined;
	/** Nobody looks at single steps. */
	readonly quiet?: boolean | undefined;
	/** The form of the gate; pipes of this process by default. */
	readonly gate?: GateForm | undefined;
	/** Makes launch.sh begin with a guard. Without it, the container outlives its starter unless `launch` ends it. */
	readonly guard?: Pick<Guard, 'keepsAlive'> | undefined;
	/** Called when the first process is known and its namespaces are not set up yet. Sets the size of a pty. */
	readonly onProcess: (process: ProcessIdentity) => Promise<void>;
	/** Called before a filter with a listener is loaded. Resolves when the listener answers. */
	readonly trace?: ((process: ProcessIdentity) => Promise<void>) | undefined;
	/** Called when all checks have passed and before the gate opens. Writes the record. */
	readonly onChecked: (process: ProcessIdentity, ids: NonNullable<ReadBack['ids']>) => void;
	/**
	 * Awaited after the checks, while the container waits at the gate. Its result runs in place of the plan's command. A
	 * rejection ends the start.
	 */
	readonly atGate?: ((exec: ExecAction) => Promise<ExecAction>) | undefined;
	/** Called with each value that the container side reads back. */
	readonly onValue?: ((path: string, value: string) => void) | undefined;
	/** Awaited before each step. Skipping takes effect only where {@link HeldStep.skipping} allows it. */
	readonly hold?: Hold | undefined;
}

/** A container whose command runs. */
export interface StartedContainer {
	readonly process: ProcessIdentity;
	/** Resolves when the command has ended; never rejects. */
	readonly ended: RunningProgram['ended'];
}

/**
 * Whether the container side says all its lines at once, and finds the question whether it is ready at the gate: nothing is done
 * while it waits, and nobody looks at single steps.
 */
export function isQuiet({executor, steps}: Plan, {quiet, hold, trace}: ExecuteContext): boolean {
	const isAlone = quiet === true && hold === undefined && trace === undefined;
	return isAlone && executor === 'calls' && besideSteps(steps).size === 0;
}
