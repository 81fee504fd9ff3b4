import type {RunEvent} from '../../execute/event.ts';
import type {MemoryVictim} from '../../kernel/memory-victims.ts';

/**
 * What happens to the containers of a detached project; `at` in ms since the epoch. `service` is the service, with its
 * number behind it for each but the first of several: `web`, `web-2`.
 */
export type ProjectEvent =
	/** It can't be started yet. */
	| {
			readonly type: 'service.waiting';
			readonly at: number;
			readonly service: string;
			readonly for: string;
			readonly condition: string;
	  }
	| {readonly type: 'service.started'; readonly at: number; readonly service: string; readonly pid: number}
	/** It was there as the spec has it. */
	| {readonly type: 'service.unchanged'; readonly at: number; readonly service: string}
	/** It is ended and made again; `changes` names the keys of the spec. */
	| {
			readonly type: 'service.changed';
			readonly at: number;
			readonly service: string;
			readonly changes: readonly string[];
	  }
	| {
			readonly type: 'service.health';
			readonly at: number;
			readonly service: string;
			readonly health: string;
			readonly output: string;
	  }
	| {
			readonly type: 'service.exited';
			readonly at: number;
			readonly service: string;
			readonly exitCode: number;
			readonly oomKilled: boolean;
	  }
	/** Its life was recorded, in that folder. */
	| {
			readonly type: 'service.recorded';
			readonly at: number;
			readonly service: string;
			readonly id: string;
			readonly folder: string;
	  }
	/** Its life was to be recorded, and could not be. */
	| {readonly type: 'service.unrecorded'; readonly at: number; readonly service: string; readonly message: string}
	/** It has exited, and no policy starts it again. */
	| {readonly type: 'service.ended'; readonly at: number; readonly service: string; readonly exitCode: number}
	/** The kernel killed processes of it for its memory limit, which is in bytes. */
	| {
			readonly type: 'service.oom';
			readonly at: number;
			readonly service: string;
			readonly killed: number;
			readonly limit: number;
			readonly victims: readonly MemoryVictim[];
	  }
	/** A command of a hook failed, and it goes on nevertheless. */
	| {
			readonly type: 'service.hook';
			readonly at: number;
			readonly service: string;
			readonly hook: string;
			readonly message: string;
	  }
	/** Its policy starts it again after a pause. */
	| {
			readonly type: 'service.restarting';
			readonly at: number;
			readonly service: string;
			readonly ms: number;
			readonly count: number;
	  }
	| {
			readonly type: 'service.failed';
			readonly at: number;
			readonly service: string;
			readonly message: string;
			/** What a command said that failed. */
			readonly output?: string;
			readonly hint?: string;
	  }
	/** It is killed when it has not ended after `graceMs`. */
	| {
			readonly type: 'service.stopping';
			readonly at: number;
			readonly service: string;
			readonly signal: string;
			readonly graceMs: number;
	  }
	| {readonly type: 'service.removed'; readonly at: number; readonly service: string}
	/** A step of a start, as `up` tells it. */
	| {readonly type: 'service.step'; readonly at: number; readonly service: string; readonly event: RunEvent};

/** Takes each event as it happens; must not throw. */
export type ProjectSink = (event: ProjectEvent) => void;
