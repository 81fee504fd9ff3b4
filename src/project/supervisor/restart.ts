import type {RestartPolicy} from '../../spec/model/restart.ts';

/** The first pause before a restart and the longest, ms; it doubles in between. docker-run(1), "Restart policies". */
const firstPause = 100;
const longestPause = 60_000;
/** A container that ran for so long begins anew with the first pause, ms. */
const soundAfter = 10_000;

/** What a policy has counted. */
export interface RestartCount {
	/** Restarts in a row. */
	readonly inRow: number;
	/** The next pause, ms. */
	readonly pause: number;
}

/** Nothing counted yet. */
export const noRestarts: RestartCount = {inRow: 0, pause: firstPause};

/**
 * What a policy says of a command that has ended: the pause before the next start, or undefined for none.
 *
 * @param ranMs - how long it ran
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
