import type {Attachment, CommandEnd} from '../machine/attachment.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {SpecRequest} from '../machine/spec-request.ts';
import type {OutputTap} from '../../execute/attach.ts';
import type {EventSink} from '../../execute/event.ts';
import type {Detached} from '../../state/record.ts';
import type {OwnLaunch} from './own-launch.ts';
import type {StepObserver} from './step-snapshots.ts';
import type {Hold} from '../../execute/held-step.ts';

/** A request to start a container in the foreground. */
export interface UpRequest extends SpecRequest, Attachment {
	readonly verb: 'up' | 'run';
	readonly emit: EventSink;
	/** Awaited before each step; may leave it out. Rejecting it cancels the start. */
	readonly hold?: Hold;
	/** Whether to keep a record of the run; by default as the spec says. */
	readonly record?: boolean;
	/** Creates the recorder. */
	readonly recorder?: (planned: PlannedContainer) => Promise<Recorder>;
	/** Keep the container running when this process ends, at most for that time. By default it ends with this process. */
	readonly keepAlive?: {readonly limitSeconds?: number};
	/** Leave the container there when its command has ended, as one of a project in the background that has exited. */
	readonly keepAs?: Omit<Detached, 'exit'>;
	/** Starts the container with streams of the caller in place of `stdio`. */
	readonly launch?: OwnLaunch;
}

/** Records a run. Its functions never throw, so that a run does not fail because of its record. */
export interface Recorder {
	readonly emit: EventSink;
	/** Receives a copy of the output; undefined if the recorder's creator copies it. */
	readonly tap?: OutputTap;
	/** Called after each step of the start. */
	readonly afterStep?: StepObserver;
	/** Called when the command has ended, while its cgroups and files still exist. */
	readonly ended: (end: CommandEnd) => void;
	/** Called after the rollback. */
	readonly close: (failure: {readonly error: unknown} | undefined) => void;
}

/** The same request for a container that is planned already. */
export type PlannedUpRequest = Omit<UpRequest, Exclude<keyof SpecRequest, 'traceSeccomp'>>;
