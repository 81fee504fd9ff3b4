import type {Healthcheck} from './project.ts';

/**
 * What an image says about the containers that are made of it, in the types of a service. No value holds a NUL byte, but
 * whether a container can have a user, a folder or a volume of that name is decided by withImage. Read from the image by
 * `src/image/oci/read-config.ts`.
 */
export interface ImageConfig {
	readonly entrypoint?: readonly string[];
	readonly command?: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	/** `user[:group]`, names or numbers, as the image has it. */
	readonly user?: string;
	/** Absolute and normalized. */
	readonly workingDir?: string;
	/** Absolute, normalized paths of anonymous volumes, each once, in alphabetical order. */
	readonly volumes: readonly string[];
	/** `PORT/PROTOCOL`, for people: `80/tcp`, `8000-8010/udp`. */
	readonly exposedPorts: readonly string[];
	/** The signal's name with SIG: `SIGQUIT`. */
	readonly stopSignal?: string;
	/** `none`: the image turns off the check of the image below it. */
	readonly healthcheck?: Healthcheck | 'none';
	readonly labels: Readonly<Record<string, string>>;
	/** The words that a command in the form of a text is put behind (`SHELL` of a Dockerfile); `/bin/sh -c` if unset. */
	readonly shell?: readonly string[];
}
