import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import type {ImageFacts} from '../../image/store/facts.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {OutputTap} from '../../execute/attach.ts';
import type {EventSink} from '../../execute/event.ts';
import type {ProcessFacts} from '../../kernel/process-fields.ts';
import type {ConfigEntry} from '../../spec/config/config.ts';
import type {DashConfig} from '../../spec/config/dash-config.ts';
import type {SpecDefaults} from '../../spec/keys/defaults.ts';
import type {Policy} from '../../spec/config/policy.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import type {SpecOptions} from '../../spec/keys/request.ts';
import type {Plan} from '../../step/verbs/step.ts';

/** The folders that the global options name. */
export interface MachineOptions {
	readonly store?: string;
	readonly state?: string;
	readonly config?: string;
	/** Nothing is going to be started: a user who has no folder of his own gets the paths of root's. */
	readonly planOnly?: boolean;
	/** Root is going to use it: an ordinary user gets the paths of root's too. */
	readonly forRoot?: boolean;
}

/** The machine as the engine opened it. */
export interface Machine {
	readonly host: Host;
	readonly dirs: {readonly store: string; readonly state: string};
	readonly facts: HostFacts;
	/** What an archive may unpack to; from the configuration. */
	readonly limits: {readonly bytes?: number; readonly entries?: number};
	readonly bestEffort: boolean;
	/** What the configuration says where a spec says nothing. */
	readonly defaults?: SpecDefaults | undefined;
	/** What no container may have or exceed; all hold. */
	readonly policies?: readonly Policy[];
	/** The configuration that was named by --config, absolute. */
	readonly configFile?: string;
	/** What the configuration sets, and where. */
	readonly configured?: readonly ConfigEntry[];
	/** The bytes that leave `attach`; from the configuration. */
	readonly detachKeys?: readonly number[];
	/** The dashboard's look and keys; from the configuration. */
	readonly dash?: {readonly origin: string | null; readonly config: DashConfig};
}

/** Which spec, and how it is changed. */
export interface SpecRequest {
	/** Path of the spec; without it the spec of the working folder is found. */
	readonly file?: string;
	/** The text of `file`, in place of what the disk has. */
	readonly text?: string;
	/** The entry of `services:`, where there is more than one. */
	readonly service?: string;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** tsbox's own configuration, where it was named; relative to `cwd`. */
	readonly config?: string;
	readonly overrides?: SpecOptions;
	/** The profiles that are asked for; none: those of COMPOSE_PROFILES; undefined: all services are meant, whatever theirs. */
	readonly profiles?: readonly string[];
	/** Services that are named, whose own profiles are active by that; `service` without. */
	readonly named?: readonly string[];
	/** Leave out what this host can't do, with a warning, in place of an error. */
	readonly bestEffort?: boolean;
	/** Tell by name which system calls the seccomp filter refuses. */
	readonly traceSeccomp?: boolean;
}

/** A spec with the plan made from it. */
export interface PlannedContainer {
	readonly project: Project;
	readonly service: Service;
	readonly image: ImageFacts;
	readonly config: OciConfig;
	readonly plan: Plan;
}

/** The caller's side of a running command. */
export interface Attachment {
	/** Descriptors of this process that become the command's own. */
	readonly stdio: {readonly stdin: number; readonly stdout: number; readonly stderr: number};
	/** Give the command a pty of its own. */
	readonly tty: boolean;
	/** Aborted with the signal's name as reason: stop in the container's own way. */
	readonly signal: AbortSignal;
	/** Aborted by the second signal: stop at once. */
	readonly force: AbortSignal;
}

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

/** How a command ended. */
export interface CommandEnd {
	readonly exitCode: number;
	readonly signal: string | null;
}

/** What runs in a container that is there. */
export interface ExecRequest extends Attachment {
	readonly args: readonly string[];
	readonly user?: string;
	readonly workdir?: string;
	readonly env: readonly string[];
	/** Called when the command runs. */
	readonly onBegun?: () => void;
}

/** One container, as `ps` shows it. */
export interface ContainerSummary {
	readonly name: string;
	/** The name that it was made with, where it was renamed since. */
	readonly id?: string;
	readonly state: string;
	/** On the host; 0 when there is none. */
	readonly pid: number;
	readonly command: readonly string[];
	/** Path of the spec file. */
	readonly spec: string;
	readonly image: string;
	/** Milliseconds since the epoch. */
	readonly started: number;
	/** The detached project that it belongs to, and its service there; the rest is told of such containers alone. */
	readonly project?: string;
	readonly service?: string;
	readonly health?: string;
	/** Null while it has not ended. */
	readonly exitCode?: number | null;
	readonly restarts?: number;
}

/** One stored image, and who runs on it. */
export interface ImageSummary {
	/** `sha256:` and 64 digits. */
	readonly digest: string;
	/** The uid of the host that its root is, where it was unpacked for containers with a user namespace. */
	readonly root?: number;
	readonly archive: string;
	readonly bytes: number;
	readonly entries: number;
	/** Milliseconds since the epoch. */
	readonly created: number;
	/** Names of the containers that run on it. */
	readonly usedBy: readonly string[];
}

/** One named volume, and who mounts it. */
export interface VolumeSummary {
	readonly name: string;
	/** The project that made it; null for one of `volume create`. */
	readonly project: string | null;
	/** Its key in the spec of that project. */
	readonly volume: string | null;
	readonly labels: Readonly<Record<string, string>>;
	/** The uid of the host that root of the container was for which it was made; null for one of `volume create`. */
	readonly root: number | null;
	/** Milliseconds since the epoch. */
	readonly created: number;
	/** The folder that is mounted. */
	readonly path: string;
	/** Names of the containers that mount it, or will when they are started again. */
	readonly usedBy: readonly string[];
}

/** A process of a container, from outside: numbers on the host and inside, uid, CPU time, memory, state, command. */
export type ContainerProcess = ProcessFacts;

/** What a container uses at a moment; null where the kernel does not tell. */
export interface ContainerStats {
	readonly name: string;
	/** Its first process, on the host. */
	readonly pid: number;
	/** Of one processor, over the second before: two that are busy are 200. */
	readonly cpuPercent: number | null;
	/** Bytes, without the page cache that goes first; a limit of null is none, and then `percent` is of the machine's memory. */
	readonly memory: {readonly used: number; readonly limit: number | null; readonly percent: number | null} | null;
	/** Threads; a limit of null is none. */
	readonly pids: {readonly current: number; readonly limit: number | null} | null;
	/** Since its start, over all interfaces but lo; null also where the network is the host's. */
	readonly network: {readonly rxBytes: number; readonly txBytes: number} | null;
	/** Since its start, over all devices. */
	readonly block: {readonly readBytes: number; readonly writeBytes: number} | null;
	/** Percent of the last 10 s in which a task of it waited for that; `some avg10` of PSI. */
	readonly pressure: {readonly cpu: number | null; readonly memory: number | null};
}

/** A copy between a container and the host. */
export interface CopyRequest {
	/** In the container; from its root on. */
	readonly path: string;
	/** On the host, or null for a tar on the caller's standard input or output. */
	readonly local: string | null;
	/** Keep owners and all mode bits. */
	readonly archive: boolean;
	/** Follow the source itself when it is a symlink. */
	readonly follow: boolean;
	readonly cwd: string;
	/** Aborted to end it. */
	readonly signal: AbortSignal;
}

/** A difference between a container's root filesystem and its image: added, changed or deleted. */
export interface PathChange {
	readonly change: 'A' | 'C' | 'D';
	/** From the container's root on. */
	readonly path: string;
}
