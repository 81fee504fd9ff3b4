import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {RunEvent} from '../../execute/event.ts';
import type {Project} from '../../spec/model/project.ts';
import type {ContainerRecord} from '../../state/record.ts';
import type {UsageSample} from '../observe/usage-samples.ts';
import type {StepTexts} from './step-snapshots.ts';

/** The start of a detached container by this process. */
export interface DetachedStart {
	readonly planned: PlannedContainer;
	/** All events from the first step on, including those of a rollback. */
	readonly events: readonly RunEvent[];
	/** What the kernel showed after each step. */
	readonly snapshots: readonly StepTexts[];
}

/** A range of bytes in an output file of a container. */
export interface PrintedPart {
	readonly from: number;
	/** Offset behind the last byte. */
	readonly until: number;
	/** Bytes of the same run before `from` that `logging` did not keep. */
	readonly cut: number;
}

/** The kept output of one run of a detached container. */
export interface InstanceOutput {
	/** The folder with the files `stdout` and `stderr`. */
	readonly folder: string;
	readonly stdout: PrintedPart;
	readonly stderr: PrintedPart;
	/** Sizes of the files at different times, oldest first; `at` is in ms since the epoch. */
	readonly marks: readonly {readonly at: number; readonly stdout: number; readonly stderr: number}[];
}

/** One run of a detached container, from its start to the end of its command, while its files and cgroups still exist. */
export interface RunInstance {
	readonly record: ContainerRecord;
	/** The spec as it was read. */
	readonly project: Project;
	readonly bestEffort: boolean;
	/** Undefined if another supervisor started the container; the start report in its folder has the facts then. */
	readonly start?: DetachedStart;
	/** The exit status; null if the container did not start. */
	readonly exitCode: number | null;
	/** When the end of the command was noticed, in ms since the epoch; null if the container did not start. */
	readonly endedAt: number | null;
	readonly output: InstanceOutput;
	/** Resource usage over time, as far as it was sampled. */
	readonly samples?: readonly UsageSample[];
	/** Why the container did not start, or was killed. */
	readonly failure?: {readonly error: unknown};
}

/**
 * Records one run of a detached container and returns the record's id and folder. A rejection does not affect the
 * container.
 */
export type InstanceRecorder = (
	machine: Machine,
	life: RunInstance,
) => Promise<{readonly id: string; readonly folder: string}>;
