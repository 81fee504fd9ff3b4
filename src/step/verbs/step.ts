import type {NamespaceKind} from '../../spec/model/project.ts';
import type {HostAction, InsideAction, UndoAction} from './action.ts';
import type {Check} from './check.ts';
import type {EnterAction} from './enter.ts';
import type {ExecAction} from './exec.ts';
import type {StartAction} from './start.ts';

/**
 * What a step leaves in the network of the host for as long as the container runs. `drift` compares the kernel with it. The start does not:
 * ip(8) and nft(8) end with an error when they have not done all, and asking them again would make each start slower.
 */
export interface Leaves {
	/** Commands of nft(8) that make the rules and elements in an empty network namespace, after those of the steps before. */
	readonly rules?: readonly string[];
	readonly device?: {
		readonly name: string;
		/** The bridge that it is on. */
		readonly master?: string;
		/** CIDRs. */
		readonly addresses: readonly string[];
	};
	/** A process of the host: the name of its program, and one of its arguments, which no other process has. */
	readonly process?: {readonly program: string; readonly argument: string};
}

/** Who carries out the steps inside: the stock tools of their command lines, or one process that makes the calls of these tools. */
export type Executor = 'commands' | 'calls';

/** The parts of a start, in order; the table and the progress view group by them. */
export type Phase =
	| 'image'
	| 'rootfs'
	| 'network'
	| 'cgroup'
	| 'namespaces'
	| 'mounts'
	| 'hardening'
	| 'process'
	| 'teardown';

/** Fields of every step. */
interface AnyStep {
	/** Unique in its plan, dotted, stable: `mounts.pivot`. */
	readonly id: string;
	readonly phase: Phase;
	/** What the step does, imperative, one line: `limit memory to 100 MiB`. */
	readonly title: string;
	/** Why the step is needed: one sentence that a learner can understand. */
	readonly why: string;
	/** The manual page: `mount(8)`. */
	readonly man: string;
	/** The kernel object that the step makes, or null: `cgroup /sys/fs/cgroup/memory/tsbox/demo`. */
	readonly object: string | null;
	/** The action that undoes the step, or the reason why none is needed. */
	readonly undo: UndoAction | {readonly kind: 'none'; readonly reason: string};
	readonly checks: readonly Check[];
	readonly leaves?: Leaves;
}

/** A step on the host before the first process exists. The last of these steps starts the first process. */
export interface StepBefore extends AnyStep {
	readonly side: 'before';
	readonly action: HostAction | StartAction;
}

/** A step on the host while the first process waits. */
export interface StepBeside extends AnyStep {
	readonly side: 'beside';
	readonly action: HostAction;
}

/** A step of the first process in its namespaces. In the last of these steps the process becomes the command. */
export interface StepInside extends AnyStep {
	readonly side: 'inside';
	readonly action: InsideAction | ExecAction;
}

/** A step while the command runs. Only a shown plan has it: a hook is no part of the start. */
export interface StepAfter extends AnyStep {
	readonly side: 'after';
	readonly action: EnterAction;
}

/** One change of the machine, with its reason, its undo, and its checks. */
export type Step = StepBefore | StepBeside | StepInside | StepAfter;

/** Whether the checks of a step are made at the gate, from outside of the waiting process. */
export function isCheckedAtGate({side, action}: Step): boolean {
	return side === 'inside' || side === 'beside' || action.kind === 'start';
}

/** One protection of the host and what it stops; if it is off, what that means. */
export interface Protection {
	readonly name: string;
	readonly on: boolean;
	/** Sentences for a learner. */
	readonly stops: string;
	/** An attack that it stops, and that is open without it. A sentence. */
	readonly attack: string;
}

/** An ordered list of steps, and facts about the container that they make. */
export interface Plan {
	readonly schema: 1;
	readonly name: string;
	readonly spec: string;
	readonly namespaces: readonly NamespaceKind[];
	readonly steps: readonly Step[];
	/** Who carries out the steps inside. */
	readonly executor: Executor;
	/** What the spec asks for and this host cannot do, with --best-effort: sentences. */
	readonly warnings: readonly string[];
	/** What stands between the container and the host. */
	readonly protections: readonly Protection[];
}

/** The last step of the first process before it becomes the command: after it the process waits at the gate. */
export function lastInside(steps: readonly Step[]): StepInside | undefined {
	return steps.findLast((step): step is StepInside => step.side === 'inside' && step.action.kind !== 'exec');
}
