import type {Attachment, CommandEnd} from '../machine/attachment.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {SpecRequest} from '../machine/spec-request.ts';
import type {OutputTap} from '../../execute/attach.ts';
import type {EventSink} from '../../execute/event.ts';

/** All that starting a container needs. */
export interface UpRequest extends SpecRequest, Attachment {
	readonly verb: 'up' | 'run';
	readonly emit: EventSink;
	/** Awaited before each step; rejects to end the start. */
	readonly hold?: (stepId: string) => Promise<void>;
	/** Keep a record of the run; where it is not said, as the spec does. */
	readonly record?: boolean;
	/** Makes what keeps the record. */
	readonly recorder?: (planned: PlannedContainer) => Promise<Recorder>;
	/** It goes on when this process ends, for so long at most; without, it ends with this process. */
	readonly keepAlive?: {readonly limitSeconds?: number};
}

/** Keeps the record of a run, as it goes on. None of it throws: a run does not fail for its record. */
export interface Recorder {
	/** Takes each event. */
	readonly emit: EventSink;
	/** Takes a copy of the output; without, whoever made the recorder sees to that. */
	readonly tap?: OutputTap;
	/** The command has ended; what it used and wrote is still there. */
	readonly ended: (end: CommandEnd) => void;
	/** All was taken back. */
	readonly close: (failure: {readonly error: unknown} | undefined) => void;
}

/** What starting a container needs that is planned already. */
export type PlannedUpRequest = Omit<UpRequest, Exclude<keyof SpecRequest, 'traceSeccomp'>>;
