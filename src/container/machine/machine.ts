import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import type {ConfigEntry} from '../../spec/config/config.ts';
import type {DashConfig} from '../../spec/config/dash-config.ts';
import type {Policy} from '../../spec/config/policy.ts';
import type {SpecDefaults} from '../../spec/keys/defaults.ts';

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
