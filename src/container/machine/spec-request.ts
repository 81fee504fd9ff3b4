import type {SpecOptions} from '../../spec/keys/request.ts';

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
