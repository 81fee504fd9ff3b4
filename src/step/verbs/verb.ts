import type {HostFacts, ToolName} from '../../host/facts.ts';
import type {Blank} from '../../host/programs/sealed-tools.ts';
import type {VolumeFill} from '../../image/volume/fill-volume.ts';

/** What of the machine an action leans on, by name; a lock file holds it. */
export interface Needs {
	readonly tools?: readonly ToolName[];
	/** What of the kernel it uses, where kernels and hosts differ: `overlay` is `in the store`. */
	readonly features?: readonly (readonly [name: string, value: string])[];
}

/** The needs of an action that every host can do. */
export const needsNothing = (): Needs => ({});

/** What all actions have. */
interface Shown<A> {
	/** The lines that a person would type for it, for the table and for errors. */
	readonly shown: (action: A, conf: string) => readonly string[];
	readonly needs: (action: A, facts: HostFacts) => Needs;
}

/** What only the image store knows how to do, as lines of sh. */
export interface StoreScripts {
	/** What an `unpack` step is done with. */
	readonly unpack: readonly string[];
	/** Where the copies of the tools are changed. */
	readonly blanks: readonly Blank[];
	/** What a `copyTree` step with other owners is done with. */
	readonly copy: readonly string[];
	/** What a `fillVolume` step is done with. */
	readonly fill: (action: VolumeFill) => readonly string[];
}

/** An action on the host: as lines of a compiled script, of which `src/execute/host-action.ts` does the same. */
export interface HostVerb<A> extends Shown<A> {
	readonly hostLines: (action: A, facts: HostFacts, store: StoreScripts) => readonly string[];
}

/** An action inside: the lines of sh that the first process runs. */
export interface InsideVerb<A> extends Shown<A> {
	readonly insideLines: (action: A, facts: HostFacts, conf: string) => readonly string[];
}

/** An action that takes a step back, any number of times: as lines of a compiled script; `src/execute/undo.ts` does the same. */
export interface UndoVerb<A> extends Shown<A> {
	readonly undoLines: (action: A, facts: HostFacts) => readonly string[];
}

/** An action that one place alone carries out: the start of the first process, and its becoming the command. */
export type OwnVerb<A> = Shown<A>;

/** Lines of sh that end the container side when one of them fails. */
export function orFail(lines: readonly string[]): readonly string[] {
	return lines.map(line => `${line} || fail $?`);
}

/** Lines of a compiled script that run others in a shell of their own, so that their variables and traps are not the script's. */
export function asFunction(name: string, lines: readonly string[]): readonly string[] {
	return [`${name}() {`, ...lines.map(line => `\t${line}`), '}', `run ${name}`];
}
