import type {ExecutorChoice} from '../../spec/config/executors.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import type {ConfigEntry} from '../../spec/config/config.ts';
import type {DashConfig} from '../../spec/config/dash-config.ts';
import type {Pool} from '../../network/pools.ts';
import type {Policy} from '../../spec/config/policy.ts';
import type {SpecDefaults} from '../../spec/keys/defaults.ts';

/** The folders and modes that global options select. */
export interface MachineOptions {
	readonly store?: string;
	readonly state?: string;
	readonly config?: string;
	/** Nothing will be started: a user without own folders gets the paths of root. */
	readonly planOnly?: boolean;
	/** Root will use the result: an unprivileged user also gets the paths of root. */
	readonly forRoot?: boolean;
}

/** Where containers are found: all of a machine that is known without asking it. */
export type MachineFolders = Pick<Machine, 'host' | 'dirs'>;

/** The opened machine: its folders, its facts, and the configuration. */
export interface Machine {
	readonly host: Host;
	readonly dirs: {readonly store: string; readonly state: string};
	readonly facts: HostFacts;
	/** The caller's environment, from which skopeo learns where credentials are. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** Limits for unpacking an archive, from the configuration. */
	readonly limits: {readonly bytes?: number; readonly entries?: number};
	readonly bestEffort: boolean;
	/** Who carries out the steps inside, from the configuration; `auto` by default. */
	readonly executor?: ExecutorChoice | undefined;
	/** Where the subnets of networks come from, from the configuration. */
	readonly networkPools?: readonly Pool[] | undefined;
	/** Defaults for specs, from the configuration. */
	readonly defaults?: SpecDefaults | undefined;
	/** Policies from the configuration; every one must hold. */
	readonly policies?: readonly Policy[];
	/** Absolute path of the configuration given with --config. */
	readonly configFile?: string;
	/** The settings of the configuration with their origins. */
	readonly configured?: readonly ConfigEntry[];
	/** The bytes of the key sequence that detaches `attach`, from the configuration. */
	readonly detachKeys?: readonly number[];
	/** Theme and keys of the dashboard, from the configuration. */
	readonly dash?: {readonly origin: string | null; readonly config: DashConfig};
}
