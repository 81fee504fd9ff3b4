/** PRETTY_NAME in an os-release(5) text; `Linux`, the documented default, when missing. */
export function osName(text: string): string {
	const value = /^PRETTY_NAME=(.*)$/m.exec(text)?.[1]?.trim();
	return value === undefined || value === '' ? 'Linux' : value.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(.)/g, '$1');
}

/** The number of processors in a list such as `0-2,4` of /sys/devices/system/cpu/online; at least 1. */
export function countCpus(list: string): number {
	const count = list
		.split(',')
		.map(range => range.split('-').map(Number))
		.reduce((sum, [first = Number.NaN, last = first]) => sum + (last - first + 1), 0);
	return Number.isInteger(count) && count > 0 ? count : 1;
}
