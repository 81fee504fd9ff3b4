import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {keptMemory, processorTime} from './kept-memory.ts';
import {digits} from './measure.ts';
import {type Peer, peers, removeAll, runningOf} from './scale-peers.ts';
import {containers, eightAtOnce, quickest, rootfs, scratch, seconds, shell, tsbox, tsboxWords} from './scale-setup.ts';

/** A row of the table: what, tsbox's, and each peer's; a shorter one is filled up. */
export type Row = readonly [what: string, tsbox: string, ...peers: readonly string[]];

/** A command that does nothing and needs nothing. */
const sleeping = 'command: [sleep, "100000"]';

interface Many {
	readonly up: number;
	readonly down: number;
	/** MiB for each, beyond its command. */
	readonly each: number;
	/** MiB of what serves all. */
	readonly all: number;
	/** MiB for each, all that the machine has less for others. */
	readonly taken: number;
}

/** Whether a process is tsbox's, by its command line. */
const isOurs = (words: string): boolean => words.includes(join(scratch, 'state'));

/** The pid of a project's supervisor. */
function supervisor(name: string): number {
	return (JSON.parse(tsbox('inspect', name)) as {supervisor: {pid: number}}).supervisor.pid;
}

/** How long verbs take beyond what Node and our own code need to begin, s. */
function verbs(): {readonly ps: number; readonly stats: number} {
	const begin = quickest(10, () => tsbox('--version'));
	return {
		ps: quickest(5, () => tsbox('ps')) - begin,
		stats: quickest(3, () => tsbox('stats', '--no-stream')) - begin - 1,
	};
}

/** Starts so many containers as services of one project; gives how long that took, s, and takes them down the same way. */
function manyServices(count: number): {readonly up: number; readonly down: () => number} {
	const spec = join(scratch, 'many.yaml');
	const services = Array.from(
		{length: count},
		(_, n) => `  s${n}: {rootfs: ${rootfs}, network_mode: none, ${sleeping}}`,
	);
	writeFileSync(spec, `name: many\nservices:\n${services.join('\n')}\n`);
	const up = seconds(() => tsbox('up', '-d', spec));
	return {up, down: () => seconds(() => tsbox('down', '-t', '0', 'many'))};
}

/**
 * Whether twice as many containers take twice as long: a tenth of them first, then all. Without the other engines, which would take longer
 * than all else.
 */
export function growth(): readonly Row[] {
	manyServices(1).down();
	const few = Math.ceil(containers / 10);
	const [tenth, tenthDown] = startAndStop(few);
	const [all, allDown, memory] = startAndStop(containers);
	const told = (what: string, ofTenth: number, ofAll: number): Row => [
		`${what} ${few} and ${containers} containers of one project`,
		`${digits(ofTenth)} s and ${digits(ofAll)} s: ${(ofAll / containers / (ofTenth / few)).toFixed(2)} × the time of each`,
	];
	return [
		told('start', tenth, all),
		told('take down', tenthDown, allDown),
		[`memory of the supervisor of ${containers} (PSS), to be below 100 MiB`, mebibytes(memory)],
	];
}

function startAndStop(count: number): readonly [up: number, down: number, memory: number] {
	const {up, down} = manyServices(count);
	const memory = keptMemory().of(words => isOurs(words) && words.includes(' supervise ')).sum;
	return [up, down(), memory];
}

/** As many containers as services of one project. */
export function oneProject(): readonly Row[] {
	// The first start unpacks.
	manyServices(1).down();
	const before = keptMemory();
	const {up, down: takeDown} = manyServices(containers);
	const pid = supervisor('many');
	const own = processorTime(pid);
	const after = keptMemory();
	const main = after.of(words => isOurs(words) && words.includes(' supervise '));
	const keepers = after.of(words => isOurs(words) && !words.includes(' supervise '));
	const taken = (before.available - after.available) / containers;
	const times = verbs();
	// What the start stirred up settles first.
	shell('sleep 5');
	const idleBefore = processorTime(pid);
	shell('sleep 30');
	const idle = (processorTime(pid) - idleBefore) / 30;
	const down = takeDown();
	const others = peers.map(manyOf);
	return [
		[
			`start ${containers} containers of one project`,
			`${digits(containers / up)} a second`,
			...others.map(each => rate(each?.up)),
		],
		['processor time of the supervisor for each start', `${digits((own / containers) * 1000)} ms`],
		[
			'take them down',
			`${digits(down)} s`,
			...others.map(each => (each === undefined ? '–' : `${digits(each.down)} s`)),
		],
		[
			'memory for each beyond its command (PSS)',
			mebibytes(keepers.sum / containers),
			...others.map(each => mebibytes(each?.each)),
		],
		[
			'memory of what looks after all (PSS)',
			mebibytes(main.sum),
			...others.map(each => mebibytes(each?.all || undefined)),
		],
		[
			'memory for each, the kernel’s too (MemAvailable)',
			mebibytes(taken),
			...others.map(each => mebibytes(each?.taken)),
		],
		['processor used by the supervisor while all sleep', `${(idle * 100).toFixed(2)} %`],
		[`\`ps\` of ${containers}, beyond the start of Node`, `${digits(times.ps * 1000)} ms`],
		[
			`\`stats --no-stream\` of ${containers}, beyond that and the second of its interval`,
			`${digits(times.stats * 1000)} ms`,
		],
	];
}

/** As many projects of one container each: each has a supervisor of its own. */
export function manyProjects(): readonly Row[] {
	for (let n = 0; n < containers; n++)
		writeFileSync(
			join(scratch, `p${n}.yaml`),
			`name: p${n}\nservices:\n  s: {rootfs: ${rootfs}, network_mode: none, ${sleeping}}\n`,
		);
	const words = `${tsboxCommand()} `;
	const before = keptMemory();
	const up = seconds(() => eightAtOnce(containers, `${words} up -d ${scratch}/p$n.yaml >/dev/null 2>&1`));
	shell('sleep 5');
	const after = keptMemory();
	const mains = after.of(text => isOurs(text) && text.includes(' supervise '));
	const all = after.of(isOurs);
	const runs = (JSON.parse(tsbox('ps', '--json')) as readonly {state: string}[]).filter(
		each => each.state === 'running',
	);
	const pids = Array.from({length: 3}, (_, n) => supervisor(`p${n}`));
	const idleBefore = pids.map(pid => processorTime(pid));
	shell('sleep 20');
	const idle = pids.reduce((sum, pid, at) => sum + processorTime(pid) - (idleBefore[at] ?? 0), 0) / pids.length / 20;
	const times = verbs();
	const down = seconds(() => eightAtOnce(containers, `${words} down -t 0 p$n >/dev/null 2>&1`));
	return [
		[
			`start ${containers} projects of one container, 8 at once`,
			`${digits(containers / up)} a second, ${containers - runs.length} failed`,
		],
		['take them down, 8 at once', `${digits(down)} s`],
		['memory for each, its supervisor and all (PSS)', mebibytes(all.sum / containers)],
		['of which its supervisor', mebibytes(mains.sum / mains.count)],
		['memory for each, the kernel’s too (MemAvailable)', mebibytes((before.available - after.available) / containers)],
		['processor used by a supervisor while its container sleeps', `${(idle * 100).toFixed(2)} %`],
		[`\`ps\` of ${containers} projects, beyond the start of Node`, `${digits(times.ps * 1000)} ms`],
	];
}

function tsboxCommand(): string {
	return tsboxWords.join(' ');
}

function mebibytes(value: number | undefined): string {
	return value === undefined ? '–' : `${digits(value)} MiB`;
}

function rate(took: number | undefined): string {
	return took === undefined ? '–' : `${digits(containers / took)} a second`;
}

/** The same containers by another engine; undefined where it did not start all. */
function manyOf(peer: Peer): Many | undefined {
	const before = keptMemory();
	const up = seconds(() => eightAtOnce(containers, `${peer.run} -d ${peer.image} sleep 100000 >/dev/null 2>&1`));
	const after = keptMemory();
	const [each, all] = [after.of(peer.keeps).sum / containers, after.of(peer.servesAll).sum];
	const started = runningOf(peer);
	const down = seconds(() => removeAll(peer));
	if (started !== containers) return undefined;
	return {
		up,
		down,
		each,
		all,
		taken: (before.available - after.available) / containers,
	};
}
