import {spawn, spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';

/** Something to be timed; rejects or throws when it did not work. */
export type Work = () => Promise<void>;

/** Does something once or more; gives how long each took, ms. Rejects or throws when it did not work. */
export type Timed = () => Promise<readonly number[]>;

/** What was measured of one way, milliseconds. */
export interface Times {
	readonly name: string;
	readonly median: number;
	readonly min: number;
	/** The 99th percentile; undefined of fewer than 100. */
	readonly p99: number | undefined;
}

/** Runs a program to its end; rejects unless its exit status is 0 and it prints what it should. */
export function program(
	words: readonly string[],
	{prints, env = {}}: {readonly prints: RegExp; readonly env?: Readonly<Record<string, string>>},
): Work {
	const [name = '', ...args] = words;
	return () =>
		new Promise((resolve, reject) => {
			const child = spawn(name, args, {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, ...env}});
			let [out, err] = ['', ''];
			child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
			child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
			child.once('error', reject);
			child.once('close', (code, signal) => {
				if (code === 0 && prints.test(out)) resolve();
				else reject(new Error(`${name} ended with ${code ?? signal}, ${JSON.stringify(out + err)}`));
			});
		});
}

/** The same, with its time. */
export function timed(work: Work): Timed {
	return async () => {
		const begun = performance.now();
		await work();
		return [performance.now() - begun];
	};
}

/**
 * Does all ways in turn, round by round, so that a slow moment of the machine meets all of them; every other round goes
 * backwards, so that no way always comes after the same one, which leaves it caches and a kernel at work. A way that fails is left
 * out from then on, with all that it gave; `refused` tells why.
 */
export async function inTurns<Result>(
	ways: ReadonlyMap<string, () => Promise<Result>>,
	{warmUps, rounds}: {readonly warmUps: number; readonly rounds: number},
	refused: (name: string, error: unknown) => void,
): Promise<ReadonlyMap<string, readonly Result[]>> {
	const results = new Map([...ways.keys()].map(name => [name, [] as Result[]]));
	for (let round = -warmUps; round < rounds; round++) {
		const order = [...results];
		for (const [name, found] of round % 2 === 0 ? order : order.toReversed())
			try {
				const result = await ways.get(name)?.();
				if (result !== undefined && round >= 0) found.push(result);
			} catch (error) {
				refused(name, error);
				results.delete(name);
			}
	}
	return results;
}

/** The middle one of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Times all ways {@link inTurns}. */
export async function roundRobin(
	ways: ReadonlyMap<string, Timed>,
	turns: {readonly warmUps: number; readonly rounds: number},
	refused: (name: string, error: unknown) => void,
): Promise<readonly Times[]> {
	return [...(await inTurns(ways, turns, refused))].map(([name, found]) => {
		const sorted = found.flat().toSorted((a, b) => a - b);
		const p99 = sorted.length < 100 ? undefined : sorted[Math.ceil(sorted.length * 0.99) - 1];
		return {name, median: median(sorted), min: sorted[0] ?? Number.NaN, p99};
	});
}

/** The median of what `one` takes longer than `other`, in ms: the two right after each other, each as often first. */
export async function pairedDifference(one: Work, other: Work, rounds: number): Promise<number> {
	const differences: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const [first, second] = round % 2 === 0 ? [one, other] : [other, one];
		const [[a = 0], [b = 0]] = [await timed(first)(), await timed(second)()];
		differences.push(round % 2 === 0 ? a - b : b - a);
	}
	return median(differences);
}

/** The most memory that one process of a command had at once, MiB, as time(1) tells it; undefined without time(1) or a command. */
export function peakMemory(words: readonly string[] | undefined, scratch: string): number | undefined {
	if (words === undefined || !existsSync('/usr/bin/time')) return undefined;
	const file = `${scratch}/peak`;
	const {status} = spawnSync('/usr/bin/time', ['-f', '%M', '-o', file, ...words], {stdio: 'ignore'});
	return status === 0 ? Number(readFileSync(file, 'utf8').trim()) / 1024 : undefined;
}

/** A table in Markdown; the first column is text, the others are numbers. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
	return [line(heads), line(heads.map((_, at) => (at === 0 ? ':--' : '--:'))), ...rows.map(line)].join('\n');
}

/** A number for people: no digit after the point from 100 on, below that as many as asked for; a dash for none. */
export function digits(value: number | undefined, after = 1): string {
	return value === undefined || Number.isNaN(value) ? '–' : value.toFixed(value >= 100 ? 0 : after);
}
