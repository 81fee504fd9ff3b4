import {spawn, spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';

/** Something to be timed; rejects or throws when it did not work. */
export type Work = () => Promise<void>;

/** What was measured of one way, milliseconds. */
export interface Times {
	readonly name: string;
	readonly median: number;
	readonly min: number;
}

/** Runs a program to its end without streams; rejects unless its exit status is 0. */
export function program(words: readonly string[]): Work {
	const [name = '', ...args] = words;
	return () =>
		new Promise((resolve, reject) => {
			const child = spawn(name, args, {stdio: 'ignore'});
			child.once('error', reject);
			child.once('exit', (code, signal) => {
				if (code === 0) resolve();
				else reject(new Error(`${name} ended with ${code ?? signal}`));
			});
		});
}

/**
 * Times all ways in turn, round by round, so that a slow moment of the machine meets all of them; every other round goes
 * backwards, so that no way always comes after the same one, which leaves it caches and a kernel at work. A way that fails in a
 * warm-up is left out; `refused` tells why. What a way leaves to be done comes `after` it, untimed.
 */
export async function roundRobin(
	ways: ReadonlyMap<string, Work>,
	{
		warmUps,
		rounds,
		after = new Map(),
	}: {readonly warmUps: number; readonly rounds: number; readonly after?: ReadonlyMap<string, Work>},
	refused: (name: string, error: unknown) => void,
): Promise<readonly Times[]> {
	const taken = new Map<string, number[]>();
	for (const [name, work] of ways) {
		try {
			for (let round = 0; round < warmUps; round++) await work();
			taken.set(name, []);
		} catch (error) {
			refused(name, error);
		}
	}
	for (let round = 0; round < rounds; round++) {
		const order = [...taken];
		for (const [name, times] of round % 2 === 0 ? order : order.toReversed()) {
			const begun = performance.now();
			await ways.get(name)?.();
			times.push(performance.now() - begun);
			await after.get(name)?.();
		}
	}
	return [...taken].map(([name, times]) => {
		const sorted = times.toSorted((a, b) => a - b);
		return {name, median: sorted[Math.floor(sorted.length / 2)] ?? 0, min: sorted[0] ?? 0};
	});
}

/** The median of what `one` takes longer than `other`, in ms: the two right after each other, each as often first. */
export async function pairedDifference(one: Work, other: Work, rounds: number): Promise<number> {
	const timed = async (work: Work): Promise<number> => {
		const begun = performance.now();
		await work();
		return performance.now() - begun;
	};
	const differences: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const [first, second] = round % 2 === 0 ? [one, other] : [other, one];
		const [a, b] = [await timed(first), await timed(second)];
		differences.push(round % 2 === 0 ? a - b : b - a);
	}
	return differences.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

/** The most memory that one process of a command had at once, MiB, as time(1) tells it; undefined without time(1). */
export function peakMemory(words: readonly string[], scratch: string): number | undefined {
	if (!existsSync('/usr/bin/time')) return undefined;
	const file = `${scratch}/peak`;
	const {status} = spawnSync('/usr/bin/time', ['-f', '%M', '-o', file, ...words], {stdio: 'ignore'});
	return status === 0 ? Number(readFileSync(file, 'utf8').trim()) / 1024 : undefined;
}

/** A table in Markdown; the first column is text, the others are numbers. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
	return [line(heads), line(heads.map((_, at) => (at === 0 ? ':--' : '--:'))), ...rows.map(line)].join('\n');
}

/** A number for people: no digit after the point from 100 on. */
export function digits(value: number | undefined): string {
	return value === undefined ? '–' : value.toFixed(value >= 100 ? 0 : 1);
}
