import type {RunEvent} from '../../execute/event.ts';
import type {MemoryVictim} from '../../kernel/memory-victims.ts';

/**
 * An event of a detached project; `at` is in ms since the epoch. `service` is the service name, with the number of the replica
 * from the second on: `web`, `web-2`.
 */
export type ProjectEvent =
	/** It waits for a dependency. */
	| {
			readonly type: 'service.waiting';
			readonly at: number;
			readonly service: string;
			readonly for: string;
			readonly condition: string;
	  }
	| {readonly type: 'service.started'; readonly at: number; readonly service: string; readonly pid: number}
	/** It runs already and matches the spec. */
	| {readonly type: 'service.unchanged'; readonly at: number; readonly service: string}
	/** It is still there, but the spec has no such service. */
	| {readonly type: 'service.orphaned'; readonly at: number; readonly service: string; readonly project: string}
	/** It is recreated; `changes` names the changed keys of the spec; empty if that was asked for. */
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
	/** Its run was recorded in `folder`. */
	| {
			readonly type: 'service.recorded';
			readonly at: number;
			readonly service: string;
			readonly id: string;
			readonly folder: string;
	  }
	/** Its run could not be recorded. */
	| {readonly type: 'service.unrecorded'; readonly at: number; readonly service: string; readonly message: string}
	/** It has exited, and no policy restarts it. */
	| {readonly type: 'service.ended'; readonly at: number; readonly service: string; readonly exitCode: number}
	/** The kernel killed some of its processes for its memory limit; `limit` is in bytes. */
	| {
			readonly type: 'service.oom';
			readonly at: number;
			readonly service: string;
			readonly killed: number;
			readonly limit: number;
			readonly victims: readonly MemoryVictim[];
	  }
	/** Its `egress` does not list a destination. `port` is undefined for a protocol without ports. */
	| {
			readonly type: 'network.refused';
			readonly at: number;
			readonly service: string;
			readonly address: string;
			readonly protocol: string;
			readonly port?: number;
	  }
	/** A hook command failed; the failure is ignored. */
	| {
			readonly type: 'service.hook';
			readonly at: number;
			readonly service: string;
			readonly hook: string;
			readonly message: string;
	  }
	/** Its policy restarts it after a pause. */
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
			/** The output of the failed command. */
			readonly output?: string;
			readonly hint?: string;
	  }
	/** It got its stop signal, and is killed if it has not ended after `graceMs`. */
	| {
			readonly type: 'service.stopping';
			readonly at: number;
			readonly service: string;
			readonly signal: string;
			readonly graceMs: number;
	  }
	| {readonly type: 'service.removed'; readonly at: number; readonly service: string}
	/** A step of a start, as `up` shows it. */
	| {readonly type: 'service.step'; readonly at: number; readonly service: string; readonly event: RunEvent};

/** Receives each event as it happens; must not throw. */
export type ProjectSink = (event: ProjectEvent) => void;
