import type {NamespaceKind} from '../../spec/model/project.ts';
import type {HostAction, InsideAction, UndoAction} from './action.ts';
import type {Check} from './check.ts';
import type {ExecAction} from './exec.ts';
import type {StartAction} from './start.ts';

/** The parts of a start, in order; the table and the progress view group by them. */
export type Phase = 'image' | 'rootfs' | 'cgroup' | 'namespaces' | 'mounts' | 'hardening' | 'process' | 'teardown';

/** What all steps have. */
interface AnyStep {
	/** Unique in its plan, dotted, stable: `mounts.pivot`. */
	readonly id: string;
	readonly phase: Phase;
	/** What it does, imperative, a line: `limit memory to 100 MiB`. */
	readonly title: string;
	/** Why it is needed, one sentence a learner can read. */
	readonly why: string;
	/** The page to read on: `mount(8)`. */
	readonly man: string;
	/** The kernel object that exists because of it, or null: `cgroup /sys/fs/cgroup/memory/tsbox/demo`. */
	readonly object: string | null;
	/** The action that takes it back, or the reason why none is needed. */
	readonly undo: UndoAction | {readonly kind: 'none'; readonly reason: string};
	readonly checks: readonly Check[];
}

/** A step on the host while nothing of the container runs; the last of them starts the first process. */
export interface StepBefore extends AnyStep {
	readonly side: 'before';
	readonly action: HostAction | StartAction;
}

/** A step on the host while the first process waits. */
export interface StepBeside extends AnyStep {
	readonly side: 'beside';
	readonly action: HostAction;
}

/** A step of the first process, in its namespaces; the last of them becomes the command. */
export interface StepInside extends AnyStep {
	readonly side: 'inside';
	readonly action: InsideAction | ExecAction;
}

/** One thing that is done to the machine, with its reason, its undoing and the proof that it took. */
export type Step = StepBefore | StepBeside | StepInside;

/** Whether the checks of a step are made at the gate, from outside of the process that waits there, and not when it is done. */
export function isCheckedAtGate({side, action}: Step): boolean {
	return side !== 'before' || action.kind === 'start';
}

/** One thing that keeps a container in, and what it stops; or that it is missing, and what that means. */
export interface Protection {
	readonly name: string;
	readonly on: boolean;
	/** Sentences for a learner. */
	readonly stops: string;
}

/** An ordered list of steps, and what a reader must know of the container they make. */
export interface Plan {
	readonly schema: 1;
	readonly name: string;
	readonly spec: string;
	readonly namespaces: readonly NamespaceKind[];
	readonly steps: readonly Step[];
	/** What the spec asks for and this host cannot do, with --best-effort; sentences. */
	readonly warnings: readonly string[];
	/** What stands between the container and the host. */
	readonly protections: readonly Protection[];
}
