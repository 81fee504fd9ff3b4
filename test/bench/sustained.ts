import {cpus} from 'node:os';
import {join} from 'node:path';
import type * as library from '../../src/index.ts';
import {digits, program, table, type Work} from './measure.ts';
import {peers} from './peers.ts';

/** Commands at once of each way. */
const lanes = 3;

/** Runs of a way in a round, and rounds; the ways take turns. */
const [runs, rounds] = [60, 5] as const;

/** How many runs of `true` a second each way keeps up, with {@link lanes} at once, as Markdown. */
export async function sustainedRows(
	{Pool, openMachine}: typeof library,
	scratch: string,
	root: string,
	leaveOut: (name: string, error: unknown) => void,
): Promise<void> {
	const machine = await openMachine({store: join(scratch, 'store'), state: join(scratch, 'state')});
	await using pool = new Pool({name: 'bench-lanes', rootfs: root}, {machine});
	await pool.ready();
	const inLanes = Array.from({length: lanes}, (_, lane) => peers(scratch, root, `-${lane}`));
	const ways = new Map<string, readonly Work[]>([
		['tsbox, Pool of the library', Array<Work>(lanes).fill(async () => void (await pool.run()))],
		...['bwrap', 'crun run', 'runc run', 'podman run'].map(
			name => [name, inLanes.map(lane => program(lane.find(peer => peer.name === name)?.words ?? []))] as const,
		),
	]);
	const rates = new Map<string, number[]>();
	for (const [name, [first]] of ways) {
		try {
			await first?.();
			rates.set(name, []);
		} catch (error) {
			leaveOut(name, error);
		}
	}
	for (let round = 0; round < rounds; round++)
		for (const [name, found] of round % 2 === 0 ? rates : [...rates].toReversed())
			found.push(await rateOf(ways.get(name) ?? []));
	const median = (name: string): number =>
		(rates.get(name) ?? []).toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
	console.log(`\nRuns of \`true\` a second, ${lanes} at once, kept up for ${runs * rounds}; ${cpus().length} CPUs\n`);
	console.log(
		table(
			['way', 'a second', '× crun'],
			[...rates.keys()]
				.toSorted((a, b) => median(b) - median(a))
				.map(name => [name, digits(median(name)), (median(name) / median('crun run')).toFixed(2)]),
		),
	);
}

async function rateOf(works: readonly Work[]): Promise<number> {
	let begun = 0;
	const lane = async (work: Work): Promise<void> => {
		while (begun < runs) {
			begun += 1;
			await work();
		}
	};
	const start = performance.now();
	await Promise.all(works.map(lane));
	return (runs * 1000) / (performance.now() - start);
}
