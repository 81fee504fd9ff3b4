/** One line of a diff: unchanged, only in the first text, or only in the second. */
export interface DiffLine {
	readonly sign: ' ' | '-' | '+';
	readonly text: string;
}

/** Compares two lists of lines by their longest common subsequence. Removed lines come before the lines that replace them. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
	const lengths = commonLengths(before, after);
	const lengthAt = (one: number, other: number): number => lengths[one]?.[other] ?? 0;
	const lines: DiffLine[] = [];
	let [one, other] = [0, 0];
	while (one < before.length || other < after.length) {
		const [left, right] = [before[one], after[other]];
		if (left !== undefined && left === right) {
			lines.push({sign: ' ', text: left});
			one += 1;
			other += 1;
		} else if (left !== undefined && (right === undefined || lengthAt(one + 1, other) >= lengthAt(one, other + 1))) {
			lines.push({sign: '-', text: left});
			one += 1;
		} else if (right !== undefined) {
			lines.push({sign: '+', text: right});
			other += 1;
		}
	}
	return lines;
}

/** The length of the longest common subsequence of the lines from each pair of places on. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly (readonly number[])[] {
	const rows: number[][] = Array.from({length: before.length + 1}, () => [...after, ''].map(() => 0));
	for (let one = before.length - 1; one >= 0; one -= 1)
		for (let other = after.length - 1; other >= 0; other -= 1) {
			const row = rows[one] ?? [];
			const below = rows[one + 1] ?? [];
			row[other] =
				before[one] === after[other] ? 1 + (below[other + 1] ?? 0) : Math.max(below[other] ?? 0, row[other + 1] ?? 0);
		}
	return rows;
}
