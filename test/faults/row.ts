import {join} from 'node:path';
import type {TestBox} from '../system/box.ts';
import type {Side} from './fault.ts';
import type {Injector} from './machine.ts';

/** A verb of the table: what it needs, its words, and what is not to be changed by it. */
export interface Row {
	/** What the table at the end calls it. */
	readonly verb: string;
	readonly words: (box: TestBox) => readonly string[];
	/** Lines of the spec under the name and the rootfs; the world's own without. */
	readonly spec?: string;
	/** The whole spec instead, for what a file with one container cannot say. */
	readonly wholeSpec?: (box: TestBox) => string;
	/** Before each try, when the world is as it should be. */
	readonly prepare?: (box: TestBox, injector: Injector) => Promise<void>;
	/** After the fault: what a person would do to have all as before. */
	readonly restore?: (box: TestBox) => Promise<void>;
	/** It would go on for ever: an interrupt ends it after this long, ms. */
	readonly interruptAfter?: number;
	/** While it runs. */
	readonly meanwhile?: (box: TestBox) => Promise<void>;
	/** Whose calls are points; the command's alone without. */
	readonly sides?: readonly Side[];
	/** What is there before, where each try has a container of its own; one that runs without. */
	readonly from?: 'nothing' | 'running' | 'ended';
	/** It goes mostly the way of another row, so it is tried in the full run alone. */
	readonly isVariant?: boolean;
}

/** The words of a verb that takes the container's name last. */
export const onName =
	(...words: readonly string[]) =>
	({name}: TestBox): readonly string[] => [...words, name];

/** The words of a verb that takes the spec last. */
export const onSpec =
	(...words: readonly string[]) =>
	({folder}: TestBox): readonly string[] => [...words, join(folder, 'spec.yaml')];
