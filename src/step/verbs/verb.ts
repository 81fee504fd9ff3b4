import type {HostFacts, ToolName} from '../../host/facts.ts';
import type {Blank} from '../../host/programs/sealed-tools.ts';
import type {VolumeFill} from '../../image/volume/fill-volume.ts';

/** What an action needs from the machine, by name. A lock file records it. */
export interface Needs {
	readonly tools?: readonly ToolName[];
	/** Kernel features that differ between hosts: `writable layer` is `overlay, in the store`. */
	readonly features?: readonly (readonly [name: string, value: string])[];
}

/** The needs of an action that every host can do. */
export const needsNothing = (): Needs => ({});

/** Functions of every action. */
interface Shown<A> {
	/** The shell lines that a person would type, for the plan's table and for errors. */
	readonly shown: (action: A, conf: string) => readonly string[];
	readonly needs: (action: A, facts: HostFacts) => Needs;
}

/** What only the image store knows how to do, as lines of sh. */
export interface StoreScripts {
	/** The lines of an `unpack` step. */
	readonly unpack: readonly string[];
	/** The places to blank in the copies of the tools. */
	readonly blanks: readonly Blank[];
	/** The lines of a `copyTree` step with remapped owners. */
	readonly copy: readonly string[];
	/** The lines of a `fillVolume` step. */
	readonly fill: (action: VolumeFill) => readonly string[];
}

/** An action on the host, as lines of a compiled script; `src/execute/host-action.ts` does the same. */
export interface HostVerb<A> extends Shown<A> {
	readonly hostLines: (action: A, facts: HostFacts, store: StoreScripts) => readonly string[];
}

/** An action inside, as lines of sh that the first process runs. */
export interface InsideVerb<A> extends Shown<A> {
	readonly insideLines: (action: A, facts: HostFacts, conf: string) => readonly string[];
}

/** An action that undoes a step, as lines of a compiled script; `src/execute/undo.ts` does the same. */
export interface UndoVerb<A> extends Shown<A> {
	readonly undoLines: (action: A, facts: HostFacts) => readonly string[];
}

/** An action that other code carries out: the start of the first process, and the exec of the command. */
export type OwnVerb<A> = Shown<A>;

/** Lines of sh that end the container side when one of them fails. */
export function orFail(lines: readonly string[]): readonly string[] {
	return lines.map(line => `${line} || fail $?`);
}

/** Lines of a compiled script that wrap other lines in a function and run it as one command of a step. */
export function asFunction(name: string, lines: readonly string[]): readonly string[] {
	return [`${name}() {`, ...lines.map(line => `\t${line}`), '}', `run ${name}`];
}
