import type {CommandEnd} from '../container/machine/attachment.ts';
import type {UsageSample} from '../container/observe/usage-samples.ts';
import type {NamedVolume, Service} from '../spec/model/project.ts';
import type {EngineKind} from '../state/record.ts';
import type {StartReport, StepOutcome} from '../state/start-report.ts';
import type {Phase} from '../step/verbs/step.ts';

/** A step of a recorded start. */
export interface RunStep {
	readonly id: string;
	readonly phase: Phase;
	readonly title: string;
	/** The shell command of the step. */
	readonly command: string;
	/** Why the step is needed; not in records of older versions. */
	readonly why?: string;
	/** Null for a step that was not reached. */
	readonly status: StepOutcome['status'] | null;
	/** Milliseconds since the epoch; null for a step that was not reached. */
	readonly startedAt: number | null;
	/** Duration in ms; null when unknown. */
	readonly ms: number | null;
	/** The end of the tool's output. */
	readonly output: string;
}

/** Resource usage from the container's cgroups; null for a value that no controller counted. */
export interface RunUsage {
	/** CPU time of the command and its children in ns. Without `setupCpuNs` it includes the setup. */
	readonly cpuNs: number | null;
	/** CPU time of the container's setup in ns. */
	readonly setupCpuNs?: number | null;
	/** Peak memory in bytes. */
	readonly memoryPeak: number | null;
	/** Processes that the kernel killed at the memory limit. */
	readonly oomKills: number | null;
	/** Bytes read from and written to disks. */
	readonly block: {readonly readBytes: number; readonly writeBytes: number} | null;
}

/** The root filesystem of a run, with paths on the machine where it ran. */
export type RunImage =
	| {readonly kind: 'archive'; readonly archive: string; readonly digest: string; readonly bytes: number}
	| {readonly kind: 'directory'; readonly path: string}
	/** `digest` is what the reference pointed to, `manifest` that of the run's platform. */
	| {
			readonly kind: 'image';
			readonly reference: string;
			readonly digest: string;
			readonly manifest: string;
			readonly bytes: number;
	  }
	| {readonly kind: 'host'};

/** The content of `run.json`. */
export interface RunRecord {
	readonly schema: 1;
	readonly id: string;
	/** The id of the replayed run. */
	readonly parent?: string;
	readonly verb: 'up' | 'run';
	/** The host name of the machine; not in records of older versions. */
	readonly node?: string;
	/** Who asked for the container, if the run was that of an OCI bundle. */
	readonly engine?: EngineKind;
	/** The digest of the lock that the bundle was made with: `sha256:` and 64 hex digits. */
	readonly lock?: string;
	readonly name: string;
	readonly spec: string;
	readonly command: readonly string[];
	/** Whether the command had a terminal; `stdout` then holds all terminal output. */
	readonly tty: boolean;
	/** For a detached container: its project and service, and the restarts by its policy until then. */
	readonly detached?: {readonly project: string; readonly service: string; readonly restarts: number};
	readonly bestEffort: boolean;
	readonly image: RunImage;
	/** Milliseconds since the epoch. The times of the command are null if it never ran. */
	readonly startedAt: number;
	readonly commandStartedAt: number | null;
	readonly commandEndedAt: number | null;
	readonly endedAt: number;
	readonly outcome: 'ended' | 'failed';
	readonly end: CommandEnd | null;
	readonly error?: NonNullable<StartReport['error']>;
	readonly warnings: readonly string[];
	readonly steps: readonly RunStep[];
	readonly usage: RunUsage | null;
	/** Resource usage over time while the command ran; not in records of older versions. */
	readonly samples?: readonly UsageSample[];
	/** Folders of the writable layer that could not be read; null without a layer. */
	readonly unread: readonly string[] | null;
	/** Bytes of output that were lost because the disk was full. */
	readonly lost: number;
}

/** The content of `spec.json`: the spec as it was read, with the origins of its values. */
export interface RunSpec {
	readonly project: {readonly name: string; readonly file: string; readonly volumes?: readonly NamedVolume[]};
	readonly service: Service;
}

/** The files of a record. Besides these there may be a copy of the image, and `content/` with layer files named by digest. */
export const runFiles = {
	run: 'run.json',
	plan: 'plan.json',
	spec: 'spec.json',
	host: 'host.json',
	files: 'files.json',
	snapshots: 'snapshots.json',
	stdout: 'stdout',
	stderr: 'stderr',
	/** Lines `TIME o|e BYTES`: at TIME, in ms since the epoch, BYTES arrived on stdout (o) or stderr (e). */
	times: 'log-times',
} as const;

/** The file with the name of the detached container that a record belongs to; it is not exported. */
export const instanceFile = 'life-of';

/** The name of the image's copy in the folder of a record. */
export const imageFile = 'image';

/** The path of a layer file's content in the folder of a record, if it was kept. */
export const contentFile = (digest: string): string => `content/${digest.replace('sha256:', '')}`;
