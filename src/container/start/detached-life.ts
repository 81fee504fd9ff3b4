import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {RunEvent} from '../../execute/event.ts';
import type {Project} from '../../spec/model/project.ts';
import type {ContainerRecord} from '../../state/record.ts';
import type {UsageSample} from '../observe/usage-samples.ts';

/** How a detached container was started by this process. */
export interface DetachedStart {
	readonly planned: PlannedContainer;
	/** What happened from its first step on, its rollback too. */
	readonly events: readonly RunEvent[];
}

/** A stretch of a file that a container printed into, bytes. */
export interface PrintedPart {
	/** Where it begins in the file. */
	readonly from: number;
	/** Behind its last byte. */
	readonly until: number;
	/** Bytes before `from` that are of the same life, and that `logging` did not keep. */
	readonly cut: number;
}

/** What a detached container printed in one of its lives, as far as it is kept. */
export interface LifeOutput {
	/** The folder of the files `stdout` and `stderr`. */
	readonly folder: string;
	readonly stdout: PrintedPart;
	readonly stderr: PrintedPart;
	/** When the files were how long, the oldest first; `at` in ms since the epoch. */
	readonly marks: readonly {readonly at: number; readonly stdout: number; readonly stderr: number}[];
}

/** One life of a detached container: from its start to the end of its command, while its files and cgroups are still there. */
export interface DetachedLife {
	readonly record: ContainerRecord;
	/** The spec as it was read. */
	readonly project: Project;
	readonly bestEffort: boolean;
	/** Not there where another supervisor started it; the container's folder tells of it then. */
	readonly start?: DetachedStart;
	/** Its exit status; null where it did not start. */
	readonly exitCode: number | null;
	/** When its command was seen to end, in ms since the epoch; null where it did not start. */
	readonly endedAt: number | null;
	readonly output: LifeOutput;
	/** What it used in the course of time, as far as somebody looked. */
	readonly samples?: readonly UsageSample[];
	/** Why it did not start, or was ended. */
	readonly failure?: {readonly error: unknown};
}

/**
 * Records a life of a detached container; gives the id of the record and its folder. Rejects where it can't be had: the
 * container goes on all the same.
 */
export type LifeRecorder = (
	machine: Machine,
	life: DetachedLife,
) => Promise<{readonly id: string; readonly folder: string}>;
