import type {SpecDefaults} from './defaults.ts';
import type {PullPolicy, UsernsMode} from '../model/project.ts';

/** Values that the command line overrides in every container of a spec. */
export interface SpecOptions {
	/** Replaces `command`. */
	readonly command?: readonly string[];
	/** Replaces `entrypoint`, and drops `command` unless the command line sets it too, as podman-run(1) does. */
	readonly entrypoint?: readonly string[];
	/** `NAME=value`, or `NAME` for the caller's value. Overrides the spec. */
	readonly environment?: readonly string[];
	readonly user?: string;
	readonly workingDir?: string;
	/** `SOURCE:TARGET[:OPTIONS]`, relative to the caller's folder. Added to the volumes of the spec. */
	readonly volumes?: readonly string[];
	/** The container's name. Only valid for a spec with one container. */
	readonly name?: string;
	readonly tty?: boolean;
	readonly stdinOpen?: boolean;
	readonly keep?: boolean;
	readonly init?: boolean;
	readonly reproducible?: boolean;
	readonly userns?: UsernsMode;
	/** Entries of `egress`, in place of those of the spec. */
	readonly egress?: readonly string[];
	/** Replaces `pull_policy`. */
	readonly pull?: PullPolicy;
	/** A container of its own beside those of a service. */
	readonly oneOff?: OneOff;
	/** The number of containers by service. Overrides `scale`. */
	readonly scale?: Readonly<Record<string, number>>;
}

/** What a container of its own has in place of what its service says, as keys of the spec. */
export interface OneOff {
	readonly service: string;
	/** Others find it by the service's name and aliases too. */
	readonly aliases: boolean;
	readonly replace: Readonly<Record<string, unknown>>;
	/** Entries that are added to lists, or as `NAME=value` to maps. */
	readonly add: Readonly<Record<string, readonly string[]>>;
}

/** What reading a spec needs. Only the two functions access the machine. */
export interface SpecRequest {
	/** Absolute, or relative to `cwd`. */
	readonly file: string;
	/** Files that are merged onto it, in their order; as `file`. */
	readonly others?: readonly string[];
	/** False leaves `${NAME}` as it is written. */
	readonly interpolate?: boolean;
	/** Keys that begin with `x-` are kept, which mean nothing. */
	readonly keepsExtensions?: boolean;
	/** Where relative paths begin; by default the folder of `file`. */
	readonly projectDirectory?: string;
	/** Files with variables, in place of the `.env` of that folder. */
	readonly envFiles?: readonly string[];
	/** The project's name, whatever the files say. */
	readonly projectName?: string;
	/** Without a name, the project is called as its folder, as in Compose, and not as the file. */
	readonly nameFromFolder?: boolean;
	/** Absolute path of the caller's folder. */
	readonly cwd: string;
	/** The caller's environment, for interpolation, `~`, and variables without a value. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The text of a file, or undefined if it does not exist. */
	readonly readText: (path: string) => string | undefined;
	/** The type of a path, with symlinks followed; undefined if the path does not exist. */
	readonly kindOf: (path: string) => 'file' | 'directory' | 'other' | undefined;
	readonly options?: SpecOptions;
	/** Values from the configuration for keys that the spec does not set. */
	readonly defaults?: SpecDefaults;
	/**
	 * The requested profiles; an empty list means those in COMPOSE_PROFILES. Undefined selects all services, whatever their
	 * profiles.
	 */
	readonly profiles?: readonly string[];
	/** Services that the user named. Each activates its own profiles. */
	readonly named?: readonly string[];
}
