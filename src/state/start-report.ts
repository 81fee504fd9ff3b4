import {errnoOf} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import {type PublishedPlan, publishedPlan, readPublishedPlan} from '../step/verbs/published-plan.ts';
import type {Plan} from '../step/verbs/step.ts';
import {ownJson} from './own-json.ts';

/** The outcome of one step of a start. Steps that were not reached have none. `ms` is the duration. */
export type StepOutcome =
	| {readonly status: 'done'; readonly ms: number}
	| {readonly status: 'failed'; readonly ms: number; readonly message: string; readonly output: string}
	| {readonly status: 'undone'}
	| {readonly status: 'skipped'};

/** A container's plan as it was executed, with the outcome of each step. */
export interface StartReport {
	readonly schema: 1;
	readonly plan: Plan;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	/** Duration of the start, ms. */
	readonly ms: number;
	readonly outcome: 'started' | 'failed';
	/** By step id. */
	readonly steps: Readonly<Record<string, StepOutcome>>;
	/** The error of a failed start. */
	readonly error?: {
		readonly code: string;
		readonly message: string;
		readonly why?: string;
		readonly hint?: string;
		readonly output?: string;
	};
}

/** The report's file name in a container's folder. */
const startFile = 'start.json';

/**
 * The folder in a container's folder that is there once an engine has started what it had created: made by mkdir(2), of which one of two
 * succeeds.
 */
export const startedFolder = 'started';

/**
 * Writes a report atomically. If writing fails, as on a full disk, the old report is removed too and the error is ignored: a
 * report must not break the start that it describes.
 *
 * @param file - its name in the folder
 */
export function writeStartReport(host: Host, folder: string, report: StartReport, file = startFile): void {
	try {
		host.writeAtomic(`${folder}/${file}`, `${JSON.stringify({...report, plan: publishedPlan(report.plan)})}\n`, 0o600);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		removeStartReport(host, folder, file);
	}
}

/** Removes a report. A report that cannot be removed, as on a read-only disk, stays. */
export function removeStartReport(host: Host, folder: string, file = startFile): void {
	try {
		host.removeTree(`${folder}/${file}`);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
	}
}

function looksLikePlan(value: unknown): value is PublishedPlan {
	return typeof value === 'object' && value !== null && Array.isArray((value as {readonly steps?: unknown}).steps);
}

/** Reads a report that root or the caller owns; undefined when it is missing, damaged, or of another version. */
export function readStartReport(host: Host, folder: string, file = startFile): StartReport | undefined {
	const report = ownJson<StartReport>(host, `${folder}/${file}`);
	if (report === undefined) return undefined;
	const {schema, plan, steps}: {readonly [Key in keyof StartReport]?: unknown} = report;
	if (schema !== 1 || !looksLikePlan(plan) || typeof steps !== 'object' || steps === null) return undefined;
	const read = {...report, plan: readPublishedPlan(plan)};
	const exec = read.plan.steps.find(({action}) => action.kind === 'exec');
	// `create` wrote the report at the gate; `start`, which is the front's, writes none.
	return exec === undefined || exec.id in read.steps || host.lstat(`${folder}/${startedFolder}`) === undefined
		? read
		: {...read, steps: {...read.steps, [exec.id]: {status: 'done', ms: 0}}};
}
