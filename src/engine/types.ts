import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import type {ImageFacts} from '../image/facts.ts';
import type {OciConfig} from '../oci/config.ts';
import type {EventSink} from '../run/event.ts';
import type {Project, Service} from '../spec/project.ts';
import type {SpecOptions} from '../spec/request.ts';
import type {Plan} from '../step/step.ts';

/** The folders that the global options name. */
export interface MachineOptions {
	readonly store?: string;
	readonly state?: string;
	readonly config?: string;
	/** Nothing is going to be started: a user who has no folder of his own gets the paths of root's. */
	readonly planOnly?: boolean;
}

/** The machine as the engine opened it. */
export interface Machine {
	readonly host: Host;
	readonly dirs: {readonly store: string; readonly state: string};
	readonly facts: HostFacts;
	/** What an archive may unpack to; from the configuration. */
	readonly limits: {readonly bytes?: number; readonly entries?: number};
	readonly bestEffort: boolean;
}

/** Which spec, and how it is changed. */
export interface SpecRequest {
	/** Path of the spec; without it the spec of the working folder is found. */
	readonly file?: string;
	/** The entry of `services:`, where there is more than one. */
	readonly service?: string;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly overrides?: SpecOptions;
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
}

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
}

/** One container, as `ps` shows it. */
export interface ContainerSummary {
	readonly name: string;
	readonly state: string;
	/** On the host; 0 when there is none. */
	readonly pid: number;
	readonly command: readonly string[];
	/** Path of the spec file. */
	readonly spec: string;
	readonly image: string;
	/** Milliseconds since the epoch. */
	readonly started: number;
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
