/* Parsers for cgroup and /proc files about resource use. Pure functions of their texts. */

/** Bytes in and out. */
export interface Traffic {
	/** Read, or received. */
	readonly in: number;
	/** Written, or sent. */
	readonly out: number;
}

/** Parses a file with one number; null for any other text. */
export function wholeNumber(text: string | undefined): number | null {
	const match = /^\s*(\d+)\s*$/.exec(text ?? '');
	return match === null ? null : Number(match[1]);
}

/** The value of the line `NAME VALUE`, as in memory.stat and cpu.stat; null when the line is missing. */
export function namedNumber(text: string | undefined, name: string): number | null {
	// A regular expression for each name would be slow: memory.stat is parsed every second for every container.
	const key = `${name} `;
	const lines = `\n${text ?? ''}`;
	const at = lines.indexOf(`\n${key}`);
	if (at === -1) return null;
	const from = at + 1 + key.length;
	const end = lines.indexOf('\n', from);
	return wholeNumber(lines.slice(from, end === -1 ? undefined : end));
}

/**
 * Parses a limit; null for none. v2 and pids.max show `max`, v1 shows the greatest number of pages in bytes
 * (PAGE_COUNTER_MAX, include/linux/page_counter.h), more than any machine has.
 */
export function limitNumber(text: string | undefined): number | null {
	const value = wholeNumber(text);
	return value === null || value > Number.MAX_SAFE_INTEGER ? null : value;
}

/**
 * Sums the bytes of all devices in a blkio file with lines of `8:0 Read 4096`; cgroup-v1/blkio-controller.rst.
 * Null when no device has a line: the kernel may not be counting (blk-throttle since Linux 6.10, until a device has a limit).
 */
export function blkioBytes(text: string | undefined): Traffic | null {
	const lines = [...(text ?? '').matchAll(/^\d+:\d+ (Read|Write) (\d+)$/gm)];
	const sum = (word: string): number => total(lines.filter(line => line[1] === word).map(line => line[2]));
	return lines.length === 0 ? null : {in: sum('Read'), out: sum('Write')};
}

/** Sums all devices of io.stat, lines of `8:0 rbytes=1 wbytes=2 rios=3 ...`; cgroup-v2.rst, "IO Interface Files". */
export function ioStatBytes(text: string | undefined): Traffic | null {
	if (text === undefined) return null;
	const sum = (word: RegExp): number => total([...text.matchAll(word)].map(match => match[1]));
	return {in: sum(/\brbytes=(\d+)/g), out: sum(/\bwbytes=(\d+)/g)};
}

/** Sums /proc/PID/net/dev without the loopback. Bytes are the 1st and the 9th number after a name; proc_pid_net(5). */
export function networkBytes(text: string | undefined): Traffic | null {
	if (text === undefined) return null;
	const rows = text
		.split('\n')
		.slice(2)
		.map(line => line.split(':'))
		.filter(([name = '', numbers]) => numbers !== undefined && name.trim() !== 'lo')
		.map(([, numbers = '']) => numbers.trim().split(/\s+/));
	return {in: total(rows.map(row => row[0])), out: total(rows.map(row => row[8]))};
}

/** `some avg10` of a pressure file: percent of the last 10 s in which a task waited; accounting/psi.rst. */
export function somePressure(text: string | undefined): number | null {
	const match = /^some avg10=(\d+(?:\.\d+)?) /m.exec(text ?? '');
	return match === null ? null : Number(match[1]);
}

/** Subtracts the page cache that the kernel reclaims first, as docker-stats(1) does. */
export function usedMemory(usage: number | null, inactiveFile: number | null): number | null {
	return usage === null || inactiveFile === null || inactiveFile > usage ? usage : usage - inactiveFile;
}

function total(numbers: readonly (string | undefined)[]): number {
	return numbers.reduce((sum, number) => sum + Number(number ?? 0), 0);
}
