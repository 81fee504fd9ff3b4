import {objectIn, userStateFile} from '../host/files/user-state.ts';
import type {Host} from '../host/host.ts';

/** Which lessons a learner has done. */
export interface Progress {
	/** The ids of the lessons that were done to their end. */
	readonly done: readonly string[];
}

/** Storage of the progress. */
export interface ProgressStore {
	readonly read: () => Progress;
	/** Notes that a lesson is done. */
	readonly finish: (id: string) => void;
	readonly reset: () => void;
}

/** Stores the progress in the state folder of the user. A damaged file counts as none. */
export function progressStore(host: Host, env: Readonly<Record<string, string | undefined>>): ProgressStore {
	const {read, change} = userStateFile(host, env, 'learn.json');
	const write = (done: readonly string[]): string => `${JSON.stringify({done}, null, '\t')}\n`;
	return {
		read: () => ({done: doneIn(read())}),
		finish: id => change(before => write([...new Set([...doneIn(before), id])])),
		reset: () => change(() => write([])),
	};
}

function doneIn(text: string | undefined): readonly string[] {
	const {done} = objectIn(text);
	return Array.isArray(done) ? done.filter(each => typeof each === 'string') : [];
}
