import type {MemoryVictim} from '../kernel/memory-victims.ts';
import type {Phase} from '../step/verbs/step.ts';

/** The step of an event, in the few words a view needs. */
export interface StepWords {
	readonly id: string;
	readonly phase: Phase;
	readonly title: string;
	/** The command as a shell would take it. */
	readonly command: string;
	/** Why the step is needed, one sentence. */
	readonly why: string;
}

/**
 * Everything that can happen while a plan is carried out, in order. `--json` prints these, one a line; the progress
 * view reduces them; nothing else talks to the user. `at` is milliseconds since the epoch, `ms` a duration.
 */
export type RunEvent =
	/** An archive whose digest is not known yet is read before there is a plan: bytes of its size. */
	| {
			readonly type: 'image.reading';
			readonly at: number;
			readonly archive: string;
			readonly done: number;
			readonly total: number;
	  }
	| {readonly type: 'plan.started'; readonly at: number; readonly name: string; readonly steps: readonly StepWords[]}
	| {readonly type: 'step.started'; readonly at: number; readonly id: string}
	/** Bytes and entries of an unpack; `total` is the archive's size on disk, `done` how much of that was read. */
	| {
			readonly type: 'step.progress';
			readonly at: number;
			readonly id: string;
			readonly done: number;
			readonly total: number;
			readonly entries: number;
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
	| {readonly type: 'warning'; readonly at: number; readonly text: string}
	/** Every check was read back and agreed; the command starts now. `ms` since plan.started, without what `--step` waited. */
	| {
			readonly type: 'container.started';
			readonly at: number;
			readonly name: string;
			readonly pid: number;
			readonly ms: number;
	  }
	/** It is killed when it has not ended after `graceMs`. */
	| {
			readonly type: 'container.stopping';
			readonly at: number;
			readonly name: string;
			readonly signal: string;
			readonly graceMs: number;
	  }
	/** The kernel killed processes of it for its memory limit, in bytes; infinite where it has none. */
	| {
			readonly type: 'container.oom';
			readonly at: number;
			readonly name: string;
			readonly limit: number;
			readonly peak: number;
			readonly killed: number;
			/** Those of them that are known: their numbers on the host, and the kernel's names for them. */
			readonly victims: readonly MemoryVictim[];
			/** The first process is among them: the container has ended for it. */
			readonly first: boolean;
	  }
	/** The seccomp filter refused a call; told once for each call and answer. */
	| {
			readonly type: 'container.refused';
			readonly at: number;
			readonly name: string;
			/** `socket(0x26, 0x5, 0x0)`: name and first arguments. */
			readonly call: string;
			/** The name of the error, or of the signal that ended the process. */
			readonly answer: string;
			readonly pid: number;
			readonly program: string;
	  }
	| {
			readonly type: 'container.exited';
			readonly at: number;
			readonly name: string;
			readonly exitCode: number;
			readonly signal: string | null;
	  }
	/** The record of the run is kept, in that folder. */
	| {readonly type: 'run.recorded'; readonly at: number; readonly id: string; readonly folder: string}
	| {readonly type: 'run.completed'; readonly at: number; readonly ok: boolean};

/** Takes each event as it happens; must not throw. */
export type EventSink = (event: RunEvent) => void;
