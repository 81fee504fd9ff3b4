import type {ExecutorChoice} from '../../spec/config/executors.ts';
import type {SpecOptions} from '../../spec/keys/request.ts';
import type {ImagePins} from './pin-images.ts';

/** The spec to use, and changes to it. */
export interface SpecRequest {
	/** Path of the spec; by default the spec in the working directory. */
	readonly file?: string;
	/** Files that are merged onto it, in their order. */
	readonly others?: readonly string[];
	/** The folder that relative paths begin at; by default that of the file. */
	readonly projectDirectory?: string;
	/** Files with variables, in place of the `.env` of that folder. */
	readonly envFiles?: readonly string[];
	/** The project's name; by default COMPOSE_PROJECT_NAME, or `name` of the files. */
	readonly projectName?: string;
	/** Without a name, the project is called as its folder, as in Compose, and not as the file. */
	readonly nameFromFolder?: boolean;
	/** Text to use instead of the content of `file`. */
	readonly text?: string;
	/** The entry of `services:` to use; required when the spec has several. */
	readonly service?: string;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Path of tsbox's own configuration, relative to `cwd`. */
	readonly config?: string;
	readonly overrides?: SpecOptions;
	/** Images that must be the ones of a lock. */
	readonly pins?: ImagePins;
	/** The active profiles. An empty list means those of COMPOSE_PROFILES; undefined means all services regardless of profiles. */
	readonly profiles?: readonly string[];
	/** Services given by name, whose own profiles become active; by default `service`. */
	readonly named?: readonly string[];
	/** Skip what this host cannot do, with a warning instead of an error. */
	readonly bestEffort?: boolean;
	readonly executor?: ExecutorChoice;
	/** Report the system calls that the seccomp filter refuses. */
	readonly traceSeccomp?: boolean;
}
