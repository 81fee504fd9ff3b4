import type {SpecDefaults} from './defaults.ts';
import type {UsernsMode} from '../model/project.ts';

/** What a command line may override in every container of a spec. */
export interface SpecOptions {
	/** Replaces `command`. */
	readonly command?: readonly string[];
	/** Replaces `entrypoint`, and with it `command` unless that is given too, as podman-run(1) does. */
	readonly entrypoint?: readonly string[];
	/** `NAME=value`, or `NAME` to take it from the caller; these win over the spec. */
	readonly environment?: readonly string[];
	readonly user?: string;
	readonly workingDir?: string;
	/** `SOURCE:TARGET[:OPTIONS]`, relative to the caller's folder; added to those of the spec. */
	readonly volumes?: readonly string[];
	/** The container's name; only for a spec with one container. */
	readonly name?: string;
	readonly tty?: boolean;
	readonly stdinOpen?: boolean;
	readonly keep?: boolean;
	readonly init?: boolean;
	readonly reproducible?: boolean;
	readonly userns?: UsernsMode;
	/** How many containers, by service; these win over `scale`. */
	readonly scale?: Readonly<Record<string, number>>;
}

/** What is needed to read a spec; the machine is reached only through the two functions. */
export interface SpecRequest {
	/** Absolute, or relative to `cwd`. */
	readonly file: string;
	/** Absolute path of the caller's folder. */
	readonly cwd: string;
	/** The caller's environment, for interpolation, `~` and variables without a value. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The text of a file, or undefined when there is none. */
	readonly readText: (path: string) => string | undefined;
	/** What a path is, symlinks followed; undefined where nothing is there. */
	readonly kindOf: (path: string) => 'file' | 'directory' | 'other' | undefined;
	readonly options?: SpecOptions;
	/** What the configuration says where the spec says nothing. */
	readonly defaults?: SpecDefaults;
	/**
	 * The profiles that are asked for; with none those of COMPOSE_PROFILES. Undefined: whatever the profiles, all services
	 * are meant.
	 */
	readonly profiles?: readonly string[];
	/** Services that are named: each has its own profiles active. */
	readonly named?: readonly string[];
}
