import type {NamespaceKind} from '../../spec/model/project.ts';
import type {Action} from './action.ts';
import type {Check} from './check.ts';

/** The parts of a start, in order; the table and the progress view group by them. */
export type Phase = 'image' | 'rootfs' | 'cgroup' | 'namespaces' | 'mounts' | 'hardening' | 'process' | 'teardown';

/** One thing that is done to the machine, with its reason, its undoing and the proof that it took. */
export interface Step {
	/** Unique in its plan, dotted, stable: `mounts.pivot`. */
	readonly id: string;
	readonly phase: Phase;
	/** `host` steps run around the container, `container` steps inside its namespaces. */
	readonly side: 'host' | 'container';
	/** What it does, imperative, a line: `limit memory to 100 MiB`. */
	readonly title: string;
	/** Why it is needed, one sentence a learner can read. */
	readonly why: string;
	/** The page to read on: `mount(8)`. */
	readonly man: string;
	/** The kernel object that exists because of it, or null: `cgroup /sys/fs/cgroup/memory/tsbox/demo`. */
	readonly object: string | null;
	readonly action: Action;
	/** The action that takes it back, or the reason why none is needed. */
	readonly undo: Action | {readonly kind: 'none'; readonly reason: string};
	readonly checks: readonly Check[];
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
	/** What the spec asks for and this host can't do, with --best-effort; sentences. */
	readonly warnings: readonly string[];
	/** What stands between the container and the host. */
	readonly protections: readonly Protection[];
}
