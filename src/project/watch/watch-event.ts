import type {WatchAction} from '../../spec/model/watch-rule.ts';

/** What `watch` does. `at` is in ms since the epoch. */
export type WatchEvent =
	| {
			readonly type: 'watch.started';
			readonly at: number;
			readonly service: string;
			readonly action: WatchAction;
			readonly path: string;
	  }
	/** Files were copied to a target in all containers of a service, or went there. */
	| {
			readonly type: 'watch.synced';
			readonly at: number;
			readonly service: string;
			readonly target: string;
			readonly written: number;
			readonly deleted: number;
			/** Warnings of the copy. */
			readonly said: string;
	  }
	/** `changed` is the first file that has changed. */
	| {
			readonly type: 'watch.rebuilding' | 'watch.restarting';
			readonly at: number;
			readonly service: string;
			readonly changed: string;
	  }
	| {readonly type: 'watch.rebuilt' | 'watch.restarted'; readonly at: number; readonly service: string}
	/** The command of `sync+exec` has ended in a container. */
	| {
			readonly type: 'watch.executed';
			readonly at: number;
			readonly service: string;
			readonly command: readonly string[];
			readonly exitCode: number;
			readonly output: string;
	  }
	/** The containers go on as they were. */
	| {
			readonly type: 'watch.failed';
			readonly at: number;
			readonly service: string;
			readonly what: 'sync' | 'rebuild' | 'restart' | 'exec';
			readonly error: unknown;
	  };
