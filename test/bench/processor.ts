import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmdirSync} from 'node:fs';
import type {Bench} from './bench-context.ts';
import {frontTrouble, throughNode} from './front.ts';
import {unifiedOfCaller} from './hybrid.ts';
import {libraryProcess} from './library-process.ts';
import {digits, inTurns, median, table} from './measure.ts';
import {peers, word} from './peers.ts';
import {processorOf, row} from './targets.ts';

/** Runs of a way in a round, and rounds. */
const [runs, rounds] = [10, 5] as const;

/** Something that has used processor time so far, ms. */
interface Meter {
	/** The words that start a program so that it is counted, with all that it starts. */
	readonly under: readonly string[];
	readonly used: () => number;
	readonly remove: () => void;
}

/**
 * Counts a program with all that it starts, wherever the containers' cgroups are: in a cgroup of version 2, which nobody moves a process
 * out of, because there is no mount of that hierarchy for whom this program starts. Without such a hierarchy beside version 1, it
 * counts the whole machine.
 */
function meter(name: string): Meter {
	const unified = unifiedOfCaller();
	if (unified === undefined) return {under: [], used: machineUsed, remove: () => {}};
	const folder = `${unified}/${name}`;
	mkdirSync(folder);
	return {
		under: ['sh', '-c', `echo 0 > ${folder}/cgroup.procs && exec "$@"`, 'sh'],
		used: () => Number(/^usage_usec (\d+)/m.exec(readFileSync(`${folder}/cpu.stat`, 'utf8'))?.[1]) / 1000,
		remove: () => rmdirSync(folder),
	};
}

function machineUsed(): number {
	const stat = '/sys/fs/cgroup/cpu.stat';
	if (existsSync(stat)) return Number(/^usage_usec (\d+)/m.exec(readFileSync(stat, 'utf8'))?.[1]) / 1000;
	return Number(readFileSync('/sys/fs/cgroup/cpuacct/cpuacct.usage', 'utf8')) / 1e6;
}

/** The processor time that one run costs, of all processes that take part, as Markdown. */
export async function processorRows(bench: Bench): Promise<void> {
	const {scratch, root, tsbox, spec, wants, measured, leaveOut} = bench;
	const meters: Meter[] = [];
	const open: AsyncDisposable[] = [];
	const ways = new Map<string, () => Promise<number>>();
	const add = async (
		name: string,
		begin: (under: readonly string[]) => Promise<() => Promise<void>>,
	): Promise<void> => {
		if (!wants(processorOf(name))) return;
		const own = meter(`tsbox-bench-${process.pid}-${meters.length}`);
		meters.push(own);
		const work = await begin(own.under);
		ways.set(name, async () => {
			const before = own.used();
			await work();
			return (own.used() - before) / runs;
		});
	};
	const ofCommand = async (name: string, words: readonly string[], env = {}): Promise<void> =>
		add(name, async under => async () => manyRuns([...under, ...words], env));
	try {
		for (const {name, words} of peers(scratch, root, '-cost'))
			if (name === row.crun || name === row.bwrap) await ofCommand(name, words);
		await ofCommand(row.run, tsbox('run', spec), throughNode);
		if (wants(processorOf(row.runByFront))) {
			const trouble = frontTrouble(scratch, tsbox('run', spec));
			if (trouble === undefined) await ofCommand(row.runByFront, tsbox('run', spec));
			else leaveOut(processorOf(row.runByFront), trouble);
		}
		for (const [name, way] of [
			[row.pool, 'pool'],
			[row.runOfLibrary, 'run'],
		] as const)
			await add(name, async under => {
				const library = await libraryProcess({way, folder: scratch, rootfs: root, name: `cost-${way}`, word, under});
				open.push(library);
				return async () => void (await library.run(runs));
			});
		const found = await inTurns(ways, {warmUps: 1, rounds}, (name, error) => leaveOut(processorOf(name), error));
		for (const [name, costs] of found) measured.set(processorOf(name), median(costs));
	} finally {
		for (const library of open) await library[Symbol.asyncDispose]();
		for (const {remove} of meters) remove();
	}
	const cost = (name: string): number => measured.get(processorOf(name)) ?? Number.NaN;
	console.log(`\nProcessor time of one run, all processes: ${rounds} rounds of ${runs} runs\n`);
	console.log(
		table(
			['way', 'ms', '× crun'],
			[...ways.keys()]
				.filter(name => measured.has(processorOf(name)))
				.toSorted((a, b) => cost(a) - cost(b))
				.map(name => [name, digits(cost(name)), digits(cost(name) / cost(row.crun), 2)]),
		),
	);
}

/** Runs a command line several times, each with the right output. Its own part of the time is that of a shell's fork. */
function manyRuns(words: readonly string[], env: Readonly<Record<string, string>>): void {
	const loop = `n=0; while [ $n -lt ${runs} ]; do [ "$("$@")" = ${word} ] || exit 1; n=$((n + 1)); done`;
	const {status, stderr} = spawnSync('sh', ['-c', loop, 'sh', ...words], {
		encoding: 'utf8',
		env: {...process.env, ...env},
	});
	if (status !== 0) throw new Error(stderr);
}
