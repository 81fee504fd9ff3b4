import {distance} from 'fastest-levenshtein';

/**
 * The known word nearest to a misspelt one, or undefined when none is near.
 * A third of the word may be wrong: a fixed distance would offer "up" for "ps".
 */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
	let best: {word: string; distance: number} | undefined;
	for (const candidate of known) {
		const d = distance(word.toLowerCase(), candidate.toLowerCase());
		if (best === undefined || d < best.distance) best = {word: candidate, distance: d};
	}
	return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.word : undefined;
}
