/** PRETTY_NAME of an os-release(5) text, or `Linux`, which the page names as its default. */
export function osName(text: string): string {
	const value = /^PRETTY_NAME=(.*)$/m.exec(text)?.[1]?.trim();
	return value === undefined || value === '' ? 'Linux' : value.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(.)/g, '$1');
}

/** How many processors a list such as `0-2,4` of /sys/devices/system/cpu/online names; at least 1. */
export function countCpus(list: string): number {
	const count = list
		.split(',')
		.map(range => range.split('-').map(Number))
		.reduce((sum, [first = Number.NaN, last = first]) => sum + (last - first + 1), 0);
	return Number.isInteger(count) && count > 0 ? count : 1;
}
