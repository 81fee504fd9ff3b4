import type {Hook} from './project.ts';

/** What a change of watched files can lead to. */
export const watchActions = ['sync', 'rebuild', 'restart', 'sync+restart', 'sync+exec'] as const;

/** One of {@link watchActions}. */
export type WatchAction = (typeof watchActions)[number];

/** An entry of `develop.watch`: files of the host, and what a change of them leads to. */
export interface WatchRule {
	readonly action: WatchAction;
	/** Absolute path of a file or a folder on the host. */
	readonly path: string;
	/** Absolute path in the container that has the same files; undefined where nothing is copied. */
	readonly target?: string;
	/** Patterns of `.dockerignore`, from `path` on, for what is not watched. */
	readonly ignore: readonly string[];
	/** Patterns of the only files that are watched; empty for all. */
	readonly include: readonly string[];
	/** Copy everything before watching begins. */
	readonly initialSync: boolean;
	/** The command that runs in the container after a copy. */
	readonly exec?: Hook;
}
