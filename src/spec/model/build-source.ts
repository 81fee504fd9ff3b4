import type {Ulimit} from './project.ts';

/** A secret that the commands of a build may read. */
export type BuildSecret =
	/** Absolute path on the host. */
	| {readonly file: string}
	/** A variable of the caller, which is read when the image is built. */
	| {readonly variable: string};

/** Files or an image that a Dockerfile may name as it names a stage. */
export type BuildContext = {readonly folder: string} | {readonly image: string} | {readonly service: string};

/** A repository of Git that a build fetches. */
export interface Repository {
	/** What git-fetch(1) takes: `https://…`, `git@HOST:PATH`. */
	readonly url: string;
	/** A branch, a tag, or a commit; that of the server without it. */
	readonly ref?: string;
	/** The folder of the context in it, relative and without `..`. */
	readonly folder?: string;
}

/** How the image of a service is made (`build:`). Paths are absolute. */
export interface BuildSource {
	/** The folder of the context; `/` with `repository`. */
	readonly context: string;
	/** The context is the folder of a repository: its root is `/` in the paths of context and Dockerfile. */
	readonly repository?: Repository;
	/** The path of the Dockerfile, or its text. */
	readonly dockerfile: {readonly file: string} | {readonly inline: string};
	/** Complete references: that of the service, then those of `tags`. */
	readonly names: readonly [string, ...string[]];
	readonly target?: string;
	readonly args: Readonly<Record<string, string>>;
	readonly labels: Readonly<Record<string, string>>;
	/** By their ids. */
	readonly secrets: Readonly<Record<string, BuildSecret>>;
	/** Sockets of ssh agents by their ids; undefined is the caller's own. */
	readonly ssh: Readonly<Record<string, string | undefined>>;
	readonly contexts: Readonly<Record<string, BuildContext>>;
	/** `os/arch[/variant]`: that of this machine if it is one of them, else the first. Empty means that of this machine. */
	readonly platforms: readonly string[];
	readonly noCache: boolean;
	/** Ask registries for newer base images. */
	readonly pull: boolean;
	readonly run: BuildRun;
}

/** What all commands of a build have in common. */
export interface BuildRun {
	/** The network of commands that do not name one. */
	readonly network?: 'none' | 'host';
	/** Size of /dev/shm in bytes. */
	readonly shmSize?: number;
	/** Lines of /etc/hosts: the address of each name. */
	readonly extraHosts?: readonly {readonly name: string; readonly address: string}[];
	readonly ulimits?: readonly Ulimit[];
	readonly privileged?: boolean;
	/** Fix what would differ between two builds: times, names, one processor. */
	readonly reproducible?: boolean;
}
