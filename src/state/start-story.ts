import {errnoOf} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import type {Plan} from '../step/verbs/step.ts';
import {ownJson} from './own-json.ts';

/** How a step of a start went; what is not there was not come to. `ms` is how long it took. */
export type StepOutcome =
	| {readonly status: 'done'; readonly ms: number}
	| {readonly status: 'failed'; readonly ms: number; readonly message: string; readonly output: string}
	| {readonly status: 'undone'};

/** The plan of a container as it was carried out, and how that went. */
export interface StartStory {
	readonly schema: 1;
	readonly plan: Plan;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	/** How long the start took, ms. */
	readonly ms: number;
	readonly outcome: 'started' | 'failed';
	/** By step id. */
	readonly steps: Readonly<Record<string, StepOutcome>>;
	/** Why it failed. */
	readonly error?: {
		readonly code: string;
		readonly message: string;
		readonly why?: string;
		readonly hint?: string;
		readonly output?: string;
	};
}

/** The file of a story in a container's folder. */
const startFile = 'start.json';

/**
 * Writes a story, whole or not at all. Where it can't be written, as on a full disk, there is none, not an older one either:
 * a story only tells of a start, and must not break it.
 *
 * @param file - its name in the folder
 */
export function writeStory(host: Host, folder: string, story: StartStory, file = startFile): void {
	try {
		host.writeAtomic(`${folder}/${file}`, `${JSON.stringify(story)}\n`, 0o600);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		removeStory(host, folder, file);
	}
}

/** Removes a story; one that can't be removed, as on a read-only disk, stays. */
export function removeStory(host: Host, folder: string, file = startFile): void {
	try {
		host.removeTree(`${folder}/${file}`);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
	}
}

function looksLikePlan(value: unknown): value is Plan {
	return typeof value === 'object' && value !== null && Array.isArray((value as {readonly steps?: unknown}).steps);
}

/** The story of root's or one's own; undefined when there is none, it is damaged, or of another version. */
export function readStory(host: Host, folder: string, file = startFile): StartStory | undefined {
	const story = ownJson<StartStory>(host, `${folder}/${file}`);
	const {schema, plan, steps}: {readonly [Key in keyof StartStory]?: unknown} = story ?? {};
	return schema === 1 && looksLikePlan(plan) && typeof steps === 'object' && steps !== null ? story : undefined;
}
