import {execFileSync, spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {join} from 'node:path';
import type {Bench} from './bench-context.ts';
import {frontTrouble, throughNode} from './front.ts';
import {libraryProcess, type LibraryProcess} from './library-process.ts';
import {digits, pairedDifference, peakMemory, program, roundRobin, table, type Timed, timed} from './measure.ts';
import {command, peers, printed, sleepingBundle, word} from './peers.ts';
import {row} from './targets.ts';

/** The runs of a pool in a round: the slowest one in a hundred is asked for, too. */
const pooledRuns = 12;

/** The containers that are entered. */
const [ours, runcs] = ['sleeper', 'bench-sleeper'] as const;

interface Command {
	readonly words: readonly string[];
	readonly prints: RegExp;
	readonly env?: Readonly<Record<string, string>>;
}

/** How long one command takes in a new container or in one that is there, by each way, as Markdown. */
export async function oneStart(bench: Bench): Promise<void> {
	const {rounds, tsbox, specOf, measured, leaveOut} = bench;
	must(tsbox('up', '-d', specOf(ours, 'command: [sleep, "100000"]\n')));
	const bundle = sleepingBundle(join(bench.scratch, 'sleeper'), bench.root);
	spawnSync('runc', ['run', '--detach', '--bundle', bundle, runcs], {stdio: 'ignore'});
	const library = await libraryWays(bench);
	try {
		const commands = commandWays(bench);
		const ways = new Map<string, Timed>([
			...[...commands].map(([name, {words, ...how}]) => [name, timed(program(words, how))] as const),
			...[...library].map(([name, process]) => [name, () => process.run(name === row.pool ? pooledRuns : 1)] as const),
		]);
		const found = await roundRobin(ways, {warmUps: 3, rounds}, leaveOut);
		for (const {name, median, p99} of found) {
			measured.set(name, median);
			if (p99 !== undefined) measured.set(`${name}, p99`, p99);
		}
		console.log(`One command in a new container, or in one that is there: ${rounds} rounds, ${cpus().length} CPUs\n`);
		console.log(
			table(
				['way', 'median ms', 'min ms', 'p99 ms', '× crun', '× runc', '× node', 'peak MiB'],
				found
					.toSorted((a, b) => a.median - b.median)
					.map(({name, median, min, p99}) => [
						name,
						...[median, min, p99].map(each => digits(each)),
						...[row.crun, row.runc, row.node].map(other => digits(median / (measured.get(other) ?? Number.NaN), 2)),
						digits(peakMemory(commands.get(name)?.words, bench.scratch)),
					]),
			),
		);
		await costOfProtection(bench);
	} finally {
		for (const process of library.values()) await process[Symbol.asyncDispose]();
		must(tsbox('down', '--timeout', '0', ours));
		spawnSync('runc', ['delete', '--force', runcs]);
	}
}

function commandWays(bench: Bench): ReadonlyMap<string, Command> {
	const {scratch, root, tsbox, spec, leaveOut} = bench;
	const nothing = ['--store', join(scratch, 'nothing'), '--state', join(scratch, 'nothing')];
	const run = tsbox('run', spec);
	const exec = tsbox('exec', ours, '--', ...command);
	const prints = printed;
	const ways = bench.wanted<Command>([
		[row.node, {words: [process.execPath, '-e', '0'], prints: /^$/}],
		...peers(scratch, root).map(({name, words}) => [name, {words, prints}] as const),
		[row.runcExec, {words: ['runc', 'exec', runcs, ...command], prints}],
		[row.script, {words: ['sh', compiledScript(bench, spec)], prints}],
		[row.run, {words: run, prints, env: throughNode}],
		[row.runByFront, {words: run, prints}],
		[row.exec, {words: exec, prints, env: throughNode}],
		[row.execByFront, {words: exec, prints}],
		[row.psOfNothing, {words: tsbox(...nothing, 'ps'), prints: /^(NAME.*\n)?$/, env: throughNode}],
		[row.psOfOne, {words: tsbox('ps'), prints: /^sleeper .*(running|up)/m, env: throughNode}],
	]);
	return new Map(
		[...ways].filter(([name, {words}]) => {
			const trouble = name === row.runByFront || name === row.execByFront ? frontTrouble(scratch, words) : undefined;
			if (trouble !== undefined) leaveOut(name, trouble);
			return trouble === undefined;
		}),
	);
}

async function libraryWays({wanted, scratch, root}: Bench): Promise<ReadonlyMap<string, LibraryProcess>> {
	const ways = wanted([
		[row.runOfLibrary, 'run'],
		[row.pool, 'pool'],
		[row.execOfLibrary, 'exec'],
	] as const);
	const processes = new Map<string, LibraryProcess>();
	for (const [name, way] of ways)
		processes.set(name, await libraryProcess({way, folder: scratch, rootfs: root, name: `bench-${way}`, word}));
	return processes;
}

/** Writes the script that a spec compiles to; gives its path. */
function compiledScript({tsbox}: Bench, spec: string): string {
	const script = `${spec}.sh`;
	writeFileSync(script, must(tsbox('compile', spec)));
	return script;
}

async function costOfProtection(bench: Bench): Promise<void> {
	if (!bench.wants(row.script)) return;
	const pairs = bench.rounds * 2;
	const open = 'security_opt: [seccomp=unconfined, systempaths=unconfined, "no-new-privileges:false"]\n';
	const openSpec = bench.specOf('open', `command: [${command.join(', ')}]\n${open}`);
	const [one, other] = [bench.spec, openSpec].map(spec =>
		program(['sh', compiledScript(bench, spec)], {prints: printed}),
	);
	if (one === undefined || other === undefined) return;
	const cost = await pairedDifference(one, other, pairs);
	console.log(
		`\nThe filter, what is hidden or read-only, and no_new_privs: ${cost.toFixed(1)} ms of the compiled script (median of ${pairs} pairs)`,
	);
}

function must([name = '', ...args]: readonly string[]): string {
	return execFileSync(name, args, {encoding: 'utf8', stdio: 'pipe'});
}
