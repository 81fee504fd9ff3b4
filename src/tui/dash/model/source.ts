import type {ContainerSummary} from '../../../container/observe/list.ts';
import type {ContainerProcess} from '../../../container/observe/top.ts';
import type {ContainerStats} from '../../../container/observe/usage-meter.ts';
import type {ConfigEntry, ContainerMount, ContainerNetwork, Drift} from '../../../container/machine/observed.ts';
import type {ProjectEvent} from '../../../project/state/event.ts';
import type {StartReport} from '../../../state/start-report.ts';
import type {LogSource} from '../../logs/log-state.ts';
import type {Words} from './actions.ts';
import type {ProjectFacts} from './rows.ts';

/** A source that is followed until it is closed. */
export interface Followed {
	readonly close: () => void;
}

/** The followed output of containers. */
export interface FollowedLog extends LogSource, Followed {
	/** Whether earlier output is still being read. */
	readonly isLoading: () => boolean;
	/** Whether the output of a container is stored. */
	readonly hasOutput: (name: string) => boolean;
}

/** All access of the dashboard to the machine. Tests replace it. */
export interface DashSource {
	/** All containers: at once, and again after each change, until the signal aborts. */
	readonly watch: (signal: AbortSignal) => AsyncIterable<readonly ContainerSummary[]>;
	/** The detached projects. Calls `changed` when they may have changed. */
	readonly projects: (changed: () => void) => Followed & {readonly projects: () => readonly ProjectFacts[]};
	/** The current resource use of these containers, without those that have ended. */
	readonly sample: (names: readonly string[]) => readonly ContainerStats[];
	/**
	 * The ports that the spec of a container asks to publish, in a few words. Known only for containers of the last
	 * list.
	 */
	readonly ports: (container: ContainerSummary) => string;
	/** The plan of a container and the outcome of its start. */
	readonly report: (name: string) => StartReport | undefined;
	/** The plan and outcome of the last start of a service, if it failed. */
	readonly failedReport: (project: string, service: string) => StartReport | undefined;
	readonly drift: (name: string) => Promise<Drift>;
	readonly processes: (name: string) => Promise<readonly ContainerProcess[]>;
	readonly mounts: (name: string) => Promise<readonly ContainerMount[]>;
	readonly network: (name: string) => Promise<ContainerNetwork>;
	readonly config: (name: string) => Promise<readonly ConfigEntry[]>;
	readonly logs: (names: readonly string[], changed: () => void) => Promise<FollowedLog>;
	readonly events: (
		project: string,
		changed: () => void,
	) => Promise<Followed & {readonly events: () => readonly ProjectEvent[]}>;
	/** Runs a tsbox command without input. */
	readonly run: (words: Words) => Promise<{readonly status: number; readonly output: string}>;
	/** Runs a tsbox command that owns the terminal. Returns its exit status. */
	readonly lend: (words: Words) => Promise<number>;
	/** Writes a new file. Throws if the file exists. */
	readonly save: (path: string, text: string) => void;
}
