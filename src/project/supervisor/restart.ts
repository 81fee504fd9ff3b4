import type {RestartPolicy} from '../../spec/model/restart.ts';

/** The first pause before a restart and the longest, ms; it doubles in between. docker-run(1), "Restart policies". */
const firstPause = 100;
const longestPause = 60_000;
/** After a run of this length the pause starts over at the first one, ms. */
const soundAfter = 10_000;

/** The restart count and back-off of a policy. */
export interface RestartCount {
	/** Restarts in a row. */
	readonly inRow: number;
	/** The next pause, ms. */
	readonly pause: number;
}

/** No restarts yet. */
export const noRestarts: RestartCount = {inRow: 0, pause: firstPause};

/**
 * Applies a restart policy to an exit: the pause before the next start, or undefined for no restart.
 *
 * @param ranMs - how long the command ran
 */
export function nextStart(
	policy: RestartPolicy | undefined,
	exitCode: number,
	ranMs: number,
	counted: RestartCount,
): {readonly pause: number; readonly counted: RestartCount} | undefined {
	if (policy === undefined || policy.kind === 'no') return undefined;
	const before = ranMs >= soundAfter ? noRestarts : counted;
	if (policy.kind === 'on-failure') {
		if (exitCode === 0) return undefined;
		if (policy.most !== undefined && before.inRow >= policy.most) return undefined;
	}
	const pause = Math.min(before.pause, longestPause);
	return {pause, counted: {inRow: before.inRow + 1, pause: Math.min(pause * 2, longestPause)}};
}
