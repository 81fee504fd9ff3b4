import {distance} from 'fastest-levenshtein';

/** All spellings with two neighbors swapped. A swap is the commonest typo, but Levenshtein counts it as two changes. */
function swaps(word: string): readonly string[] {
	const letters = word.split('');
	return letters.slice(1).map((_, at) =>
		letters
			.with(at, letters[at + 1] ?? '')
			.with(at + 1, letters[at] ?? '')
			.join(''),
	);
}

/**
 * The known word nearest to a misspelled one; undefined when none is near. A swap of two neighbors is nearer than any other change.
 * A third of the word may be wrong: a fixed distance would offer "up" for "ps".
 */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
	const lower = word.toLowerCase();
	const swapped = new Set(swaps(lower));
	let best: {word: string; distance: number} | undefined;
	for (const candidate of known) {
		const other = candidate.toLowerCase();
		// Less than one, so that "pu" suggests `up` (a swap) and not `ps` (one changed letter).
		const d = swapped.has(other) && other !== lower ? 0.5 : distance(lower, other);
		if (best === undefined || d < best.distance) best = {word: candidate, distance: d};
	}
	return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.word : undefined;
}
