import type {CommandEnd} from '../container/machine/attachment.ts';
import type {UsageSample} from '../container/observe/usage-samples.ts';
import type {NamedVolume, Service} from '../spec/model/project.ts';
import type {StartStory, StepOutcome} from '../state/start-story.ts';
import type {Phase} from '../step/verbs/step.ts';

/** A step of a recorded start. */
export interface RunStep {
	readonly id: string;
	readonly phase: Phase;
	readonly title: string;
	/** As a shell would take it. */
	readonly command: string;
	/** Why it is needed; records of older versions do not have it. */
	readonly why?: string;
	/** Null where it was not come to. */
	readonly status: StepOutcome['status'] | null;
	/** Milliseconds since the epoch; null where it was not come to. */
	readonly startedAt: number | null;
	/** How long it took; null where it is not known. */
	readonly ms: number | null;
	/** The end of what its tool printed. */
	readonly output: string;
}

/** What a run used, as its cgroups counted; null where nothing did. */
export interface RunUsage {
	/** CPU time of the command and all that it started, ns; in a record without `setupCpuNs` of the set-up, too. */
	readonly cpuNs: number | null;
	/** CPU time of setting the container up, ns. */
	readonly setupCpuNs?: number | null;
	/** The most memory it had at a time, bytes. */
	readonly memoryPeak: number | null;
	/** Processes that the kernel killed for the memory limit. */
	readonly oomKills: number | null;
	/** Bytes read from and written to disks. */
	readonly block: {readonly readBytes: number; readonly writeBytes: number} | null;
}

/** The root filesystem of a run; paths are those of the machine that it ran on. */
export type RunImage =
	| {readonly kind: 'archive'; readonly archive: string; readonly digest: string; readonly bytes: number}
	| {readonly kind: 'directory'; readonly path: string}
	| {readonly kind: 'host'};

/** The `run.json` of a record. */
export interface RunRecord {
	readonly schema: 1;
	readonly id: string;
	/** The run that this one replayed. */
	readonly parent?: string;
	readonly verb: 'up' | 'run';
	/** The container's name. */
	readonly name: string;
	/** Path of the spec. */
	readonly spec: string;
	readonly command: readonly string[];
	/** The command had a terminal: what it wrote there is in `stdout`. */
	readonly tty: boolean;
	/** There for a life of a detached container: whose it was, and how often its policy had started it again by then. */
	readonly detached?: {readonly project: string; readonly service: string; readonly restarts: number};
	readonly bestEffort: boolean;
	readonly image: RunImage;
	/** Milliseconds since the epoch; the command's own are null where it never ran. */
	readonly startedAt: number;
	readonly commandStartedAt: number | null;
	readonly commandEndedAt: number | null;
	readonly endedAt: number;
	readonly outcome: 'ended' | 'failed';
	readonly end: CommandEnd | null;
	readonly error?: NonNullable<StartStory['error']>;
	readonly warnings: readonly string[];
	readonly steps: readonly RunStep[];
	readonly usage: RunUsage | null;
	/** What it used in the course of time, while its command ran; not in records of an earlier tsbox. */
	readonly samples?: readonly UsageSample[];
	/** Folders of the writable layer that could not be looked into; null where there was no layer to look at. */
	readonly unread: readonly string[] | null;
	/** Bytes of output that the disk had no room for. */
	readonly lost: number;
}

/** The `spec.json` of a record: what the spec said when it was read, values with their origins. */
export interface RunSpec {
	readonly project: {readonly name: string; readonly file: string; readonly volumes?: readonly NamedVolume[]};
	readonly service: Service;
}

/** What lies in the folder of a record, beside a copy of the image and `content/`, files of the layer by their digests. */
export const runFiles = {
	run: 'run.json',
	plan: 'plan.json',
	spec: 'spec.json',
	host: 'host.json',
	files: 'files.json',
	stdout: 'stdout',
	stderr: 'stderr',
	/** Lines `TIME o|e BYTES`: so many bytes came on standard output or error at that time, ms since the epoch. */
	times: 'log-times',
} as const;

/** The file that says of which container a record is a life; it is not exported. */
export const lifeFile = 'life-of';

/** The name of the copy of an image in the folder of a record. */
export const imageFile = 'image';

/** Where the content of a file of the layer is in the folder of a record, if it was kept. */
export const contentFile = (digest: string): string => `content/${digest.replace('sha256:', '')}`;
