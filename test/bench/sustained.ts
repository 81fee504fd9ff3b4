import {spawn} from 'node:child_process';
import {cpus} from 'node:os';
import {join} from 'node:path';
import type * as library from '../../src/index.ts';
import type {Bench} from './bench-context.ts';
import {digits, inTurns, median, program, table, type Work} from './measure.ts';
import {command, peers, printed, word} from './peers.ts';
import {keptUp, keptUpBusy, row} from './targets.ts';

/** Commands at once of each way. */
const lanes = 3;

/** How long each way goes on in a round, ms, and rounds; the ways take turns. */
const [period, rounds] = [2000, 5] as const;

/** How many runs a second each way keeps up, with {@link lanes} at once, alone and beside programs that never wait, as Markdown. */
export async function sustainedRows(bench: Bench): Promise<void> {
	const {scratch, root} = bench;
	const {Pool, openMachine} = (await import(`${import.meta.dirname}/../../dist/index.js`)) as typeof library;
	const machine = await openMachine({store: join(scratch, 'store'), state: join(scratch, 'state')});
	await using pool = new Pool({name: 'bench-lanes', rootfs: root, command}, {machine});
	await pool.ready();
	const pooled: Work = async () => {
		const {exitCode, stdout} = await pool.run();
		if (exitCode !== 0 || stdout !== `${word}\n`) throw new Error(`exit status ${exitCode}, ${stdout}`);
	};
	const inLanes = Array.from({length: lanes}, (_, lane) => peers(scratch, root, `-${lane}`));
	const lanesOf = (name: string): readonly Work[] =>
		inLanes.map(lane => program(lane.find(peer => peer.name === name)?.words ?? [], {prints: printed}));
	const ways: readonly (readonly [string, readonly Work[]])[] = [
		[row.pool, Array<Work>(lanes).fill(pooled)],
		...[row.bwrap, row.crun, row.runc, row.podman].map(name => [name, lanesOf(name)] as const),
	];
	await ratesOf(bench, ways, keptUp, `${lanes} at once`);
	// More than there are processors: each program waits for one.
	const loops = Array.from({length: 4}, () => spawn('sh', ['-c', 'while :; do :; done'], {stdio: 'ignore'}));
	try {
		await ratesOf(bench, ways, keptUpBusy, `${lanes} at once, beside ${loops.length} busy loops`);
	} finally {
		for (const loop of loops) loop.kill('SIGKILL');
	}
}

async function ratesOf(
	{wanted, measured, leaveOut}: Bench,
	ways: readonly (readonly [name: string, readonly Work[]])[],
	nameOf: (way: string) => string,
	how: string,
): Promise<void> {
	const rows = wanted(ways.map(([way, works]) => [nameOf(way), async () => rateOf(works)] as const));
	if (rows.size === 0) return;
	const found = await inTurns(rows, {warmUps: 0, rounds}, leaveOut);
	for (const [name, rates] of found) measured.set(name, median(rates));
	const rate = (name: string): number => measured.get(name) ?? Number.NaN;
	console.log(`\nRuns a second, ${how}, ${rounds} times ${period / 1000} s; ${cpus().length} CPUs\n`);
	console.log(
		table(
			['way', 'a second', '× crun'],
			ways
				.filter(([way]) => found.has(nameOf(way)))
				.toSorted(([a], [b]) => rate(nameOf(b)) - rate(nameOf(a)))
				.map(([way]) => [way, digits(rate(nameOf(way))), digits(rate(nameOf(way)) / rate(nameOf(row.crun)), 2)]),
		),
	);
}

/** The rate of some works that go on beside each other for the period, each to the end of its last run. */
async function rateOf(works: readonly Work[]): Promise<number> {
	const begun = performance.now();
	let done = 0;
	const lane = async (work: Work): Promise<void> => {
		while (performance.now() - begun < period) {
			await work();
			done += 1;
		}
	};
	await Promise.all(works.map(lane));
	return (done * 1000) / (performance.now() - begun);
}
