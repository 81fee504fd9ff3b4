import type {ContainerSummary} from '../../../container/observe/list.ts';
import type {ContainerProcess} from '../../../container/observe/top.ts';
import type {ContainerStats} from '../../../container/observe/usage-meter.ts';
import type {ConfigEntry, ContainerMount, ContainerNetwork, Drift} from '../../../container/machine/observed.ts';
import type {ProjectEvent} from '../../../project/state/event.ts';
import type {StartReport} from '../../../state/start-report.ts';
import type {LogSource} from '../../logs/log-state.ts';
import type {Words} from './actions.ts';
import type {ProjectFacts} from './rows.ts';

/** Something that is followed until it is closed. */
export interface Followed {
	readonly close: () => void;
}

/** What containers print, as it is followed. */
export interface FollowedLog extends LogSource, Followed {
	/** Whether what was printed before is still being read. */
	readonly isLoading: () => boolean;
	/** Whether the output of a container is kept. */
	readonly hasOutput: (name: string) => boolean;
}

/** All that the dashboard asks of the machine; the tests of its parts give it another one. */
export interface DashSource {
	/** All containers: at once, and again after each change, until the signal aborts. */
	readonly watch: (signal: AbortSignal) => AsyncIterable<readonly ContainerSummary[]>;
	/** The detached projects, and word when they may have changed. */
	readonly projects: (changed: () => void) => Followed & {readonly projects: () => readonly ProjectFacts[]};
	/** What these containers use now; those that have ended are left out. */
	readonly sample: (names: readonly string[]) => readonly ContainerStats[];
	/** What the spec of a container asks to be published, in a few words; of those that were listed last. */
	readonly ports: (container: ContainerSummary) => string;
	/** The plan of a container and how its start went. */
	readonly report: (name: string) => StartReport | undefined;
	/** The same of a service whose last start failed. */
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
	/** Runs a tsbox command that has the terminal to itself. */
	readonly lend: (words: Words) => Promise<number>;
	/** Writes a new file; throws where there is one. */
	readonly save: (path: string, text: string) => void;
}
