/*
 * CI may take an hour. Of rows that are alike, and too many for that, each run there tries another part: `.ci/run` sets
 * TEST_TURN to a number of the commit, so that the same commit tries the same ones.
 */
const text = process.env['FAULTS'] === 'all' ? undefined : process.env['TEST_TURN'];

/** The number of this run; undefined where all is tried. */
const turn = text === undefined || text === '' ? undefined : Number.parseInt(text, 10);

/**
 * Every `parts`th of these rows, which of them being this turn's; all rows where no turn is set. Never none.
 *
 * @param at The turn, for tests; null where all is tried.
 */
export function partOf<T>(rows: readonly T[], parts: number, at: number | null | undefined = turn): readonly T[] {
	if (at === undefined || at === null || rows.length === 0) return rows;
	const step = Math.min(parts, rows.length);
	return rows.filter((_, index) => index % step === at % step);
}
