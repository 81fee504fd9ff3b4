import type {LayerProgress} from '../image/pull/pull.ts';
import type {MemoryVictim} from '../kernel/memory-victims.ts';
import type {Phase} from '../step/verbs/step.ts';

/** What a view needs to know about a step. */
export interface StepWords {
	readonly id: string;
	readonly phase: Phase;
	readonly title: string;
	/** The command in shell syntax. */
	readonly command: string;
	/** Why the step is needed, one sentence. */
	readonly why: string;
}

/**
 * Everything that can happen while a plan is carried out, in order. `--json` prints one event a line, and the progress
 * view is computed from the events; the user sees nothing else. `at` is milliseconds since the epoch, `ms` a duration.
 */
export type RunEvent =
	/** tsbox reads an archive of unknown digest before it can plan. `done` and `total` are bytes. */
	| {
			readonly type: 'image.reading';
			readonly at: number;
			readonly archive: string;
			readonly done: number;
			readonly total: number;
	  }
	| {readonly type: 'plan.started'; readonly at: number; readonly name: string; readonly steps: readonly StepWords[]}
	| {readonly type: 'step.started'; readonly at: number; readonly id: string}
	/** The progress of an unpack. `total` is the archive's size on disk, `done` how many of these bytes were read. */
	| {
			readonly type: 'step.progress';
			readonly at: number;
			readonly id: string;
			readonly done: number;
			readonly total: number;
			readonly entries: number;
			/** Of a pull: how far each layer is, the base first. `entries` counts the layers that are done. */
			readonly layers?: readonly LayerProgress[];
	  }
	| {readonly type: 'step.output'; readonly at: number; readonly id: string; readonly text: string}
	| {readonly type: 'step.done'; readonly at: number; readonly id: string; readonly ms: number}
	| {
			readonly type: 'step.failed';
			readonly at: number;
			readonly id: string;
			readonly ms: number;
			readonly message: string;
	  }
	| {readonly type: 'step.undone'; readonly at: number; readonly id: string}
	/** The user of `--step` left it out. */
	| {readonly type: 'step.skipped'; readonly at: number; readonly id: string}
	| {readonly type: 'warning'; readonly at: number; readonly text: string}
	/** All checks passed; the command starts now. `ms` counts from `plan.started`, without the pauses of `--step`. */
	| {
			readonly type: 'container.started';
			readonly at: number;
			readonly name: string;
			readonly pid: number;
			readonly ms: number;
	  }
	/** The container is killed if it has not ended after `graceMs`. */
	| {
			readonly type: 'container.stopping';
			readonly at: number;
			readonly name: string;
			readonly signal: string;
			readonly graceMs: number;
	  }
	/** The kernel killed processes for the memory limit: `limit` bytes, infinite without a limit. */
	| {
			readonly type: 'container.oom';
			readonly at: number;
			readonly name: string;
			readonly limit: number;
			readonly peak: number;
			readonly killed: number;
			/** The killed processes that are known: their pids on the host, and the kernel's names for them. */
			readonly victims: readonly MemoryVictim[];
			/** The first process was killed, and so the container has ended. */
			readonly first: boolean;
	  }
	/** The seccomp filter refused a system call. Emitted once for each call and answer. */
	| {
			readonly type: 'container.refused';
			readonly at: number;
			readonly name: string;
			/** Name and first arguments: `socket(0x26, 0x5, 0x0)`. */
			readonly call: string;
			/** The name of the error, or of the signal that ended the process. */
			readonly answer: string;
			readonly pid: number;
			readonly program: string;
	  }
	/** The container's `egress` does not list a destination. Emitted once a minute for each destination. */
	| {
			readonly type: 'network.refused';
			readonly at: number;
			readonly name: string;
			readonly address: string;
			/** `tcp`, or the number of a protocol without a name. */
			readonly protocol: string;
			/** Undefined for a protocol without ports. */
			readonly port?: number;
	  }
	| {
			readonly type: 'container.exited';
			readonly at: number;
			readonly name: string;
			readonly exitCode: number;
			readonly signal: string | null;
	  }
	/** The record of the run was written to `folder`. */
	| {readonly type: 'run.recorded'; readonly at: number; readonly id: string; readonly folder: string}
	| {readonly type: 'run.completed'; readonly at: number; readonly ok: boolean};

/** Takes each event as it happens; must not throw. */
export type EventSink = (event: RunEvent) => void;
