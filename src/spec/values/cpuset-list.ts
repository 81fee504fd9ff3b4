/**
 * A list of CPUs as the kernel shows it, sorted and in ranges: `0-2,4` for `4,0,1-2`.
 * Source: bitmap_print_to_pagebuf() in lib/bitmap-str.c.
 */
export function cpusetAsShown(list: string): string {
	const numbers = list.split(',').flatMap(range => {
		const [first = 0, last = first] = range.split('-').map(Number);
		return Array.from({length: last - first + 1}, (_, at) => first + at);
	});
	const ranges: [first: number, last: number][] = [];
	for (const number of [...new Set(numbers)].toSorted((a, b) => a - b)) {
		const range = ranges.at(-1);
		if (range?.[1] === number - 1) range[1] = number;
		else ranges.push([number, number]);
	}
	return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
