import type {Bench} from './bench-context.ts';
import {digits, table} from './measure.ts';

/** The rows of `npm run bench` that are named in more than one place; the other programs have the names of peers.ts. */
export const row = {
	node: 'node -e 0',
	crun: 'crun run',
	runc: 'runc run',
	podman: 'podman run',
	bwrap: 'bwrap',
	runcExec: 'runc exec',
	script: 'tsbox, the compiled script',
	runOfLibrary: 'tsbox, run of the library',
	run: 'tsbox run, through Node',
	runByFront: 'tsbox run, without Node',
	pool: 'tsbox, Pool of the library',
	exec: 'tsbox exec, through Node',
	execByFront: 'tsbox exec, without Node',
	execOfLibrary: 'tsbox, Box.exec of the library',
	psOfNothing: 'tsbox ps of nothing',
	psOfOne: 'tsbox ps of one',
	waiting: 'memory of a waiting container',
	pull: 'tsbox images pull',
	pullByUmoci: 'skopeo copy, umoci unpack',
	pullByPodman: 'podman pull',
	firstOfImage: 'tsbox run, first of an image',
	firstOfArchive: 'tsbox run, first of an archive',
	build: 'tsbox build --no-cache',
	buildCached: 'tsbox build, all cached',
	buildByBuildah: 'buildah bud --no-cache',
	buildCachedByBuildah: 'buildah bud, all cached',
	startAlone: 'start without a network',
	startOnNetwork: 'start on a network',
	true: '/bin/true',
} as const;

/** The row of `run --rm` of an engine with a runtime. */
export const engineRun = (engine: string, runtime: string): string => `${engine} run with ${runtime}`;

/** The row of a verb of a runtime. */
export const verbOf = (runtime: string, verb: string): string => `${runtime} ${verb}`;

/** The row of a way that is kept up. */
export const keptUp = (way: string): string => `kept up: ${way}`;

/** The row of a way that is kept up beside programs that never wait. */
export const keptUpBusy = (way: string): string => `kept up beside busy loops: ${way}`;

/** The row of the processor time of a way. */
export const processorOf = (way: string): string => `processor: ${way}`;

/** The row of what a TCP connection into a container of an engine carries. */
export const throughput = (engine: string): string => `network throughput of ${engine}`;

/** The row of how long an answer of a container of an engine takes. */
export const roundTrip = (engine: string): string => `network round trip of ${engine}`;

interface Target {
	readonly row: string;
	readonly unit: 'ms' | 'µs' | 'Gbit/s' | 'a second' | 'MiB';
	/** At most so much, or at least: a number of the unit, so many times another row, or so many units more than it. */
	readonly is: 'at most' | 'at least';
	readonly times?: number;
	readonly of?: string;
	readonly plus?: number;
}

const targets: readonly Target[] = [
	{row: row.script, unit: 'ms', is: 'at most', times: 1, of: row.crun},
	{row: row.runOfLibrary, unit: 'ms', is: 'at most', times: 1, of: row.crun},
	{row: row.runByFront, unit: 'ms', is: 'at most', times: 0.9, of: row.runc},
	{row: row.run, unit: 'ms', is: 'at most', plus: 60, of: row.node},
	{row: row.run, unit: 'ms', is: 'at most', times: 0.7, of: row.podman},
	{row: row.pool, unit: 'ms', is: 'at most', plus: 3},
	{row: `${row.pool}, p99`, unit: 'ms', is: 'at most', plus: 10},
	{row: keptUp(row.pool), unit: 'a second', is: 'at least', times: 1, of: keptUp(row.crun)},
	{row: keptUpBusy(row.pool), unit: 'a second', is: 'at least', times: 1, of: keptUpBusy(row.crun)},
	{row: processorOf(row.pool), unit: 'ms', is: 'at most', times: 1, of: processorOf(row.crun)},
	{row: processorOf(row.runOfLibrary), unit: 'ms', is: 'at most', times: 2, of: processorOf(row.crun)},
	{row: processorOf(row.runByFront), unit: 'ms', is: 'at most', times: 2, of: processorOf(row.crun)},
	{row: row.exec, unit: 'ms', is: 'at most', plus: 30, of: row.node},
	{row: row.psOfNothing, unit: 'ms', is: 'at most', plus: 30, of: row.node},
	{row: row.psOfOne, unit: 'ms', is: 'at most', plus: 30, of: row.node},
	{row: row.execByFront, unit: 'ms', is: 'at most', times: 0.9, of: row.runcExec},
	{row: row.waiting, unit: 'MiB', is: 'at most', plus: 1},
	{row: row.pull, unit: 'ms', is: 'at most', times: 1, of: row.pullByPodman},
	{row: row.pull, unit: 'ms', is: 'at most', times: 1, of: row.pullByUmoci},
	{row: row.firstOfImage, unit: 'ms', is: 'at most', times: 1.1, of: row.firstOfArchive},
	{row: row.build, unit: 'ms', is: 'at most', times: 1.2, of: row.buildByBuildah},
	{row: row.buildCached, unit: 'ms', is: 'at most', times: 0.5, of: row.buildCachedByBuildah},
	{row: row.startOnNetwork, unit: 'ms', is: 'at most', plus: 12, of: row.startAlone},
	...['docker', 'podman'].flatMap((peer): readonly Target[] => [
		{row: throughput('tsbox'), unit: 'Gbit/s', is: 'at least', times: 0.95, of: throughput(peer)},
		{row: roundTrip('tsbox'), unit: 'µs', is: 'at most', times: 1.05, of: roundTrip(peer)},
	]),
	{row: engineRun('docker', 'tsbox'), unit: 'ms', is: 'at most', times: 1.35, of: engineRun('docker', 'runc')},
	{row: engineRun('podman', 'tsbox'), unit: 'ms', is: 'at most', times: 1.5, of: engineRun('podman', 'runc')},
	...['start', 'kill', 'state'].map(
		(verb): Target => ({row: verbOf('tsbox-runtime', verb), unit: 'ms', is: 'at most', times: 10, of: row.true}),
	),
	{row: `memory of ${row.pull}`, unit: 'MiB', is: 'at most', plus: 200},
	{row: `memory of ${row.build}`, unit: 'MiB', is: 'at most', plus: 200},
];

/** Whether a row has one of these words, or the beginning of one, in its name, or is what such a row is compared with; without words each is. */
export function rowsWith(words: readonly string[]): (row: string) => boolean {
	const begins = words.map(word => new RegExp(`\\b${word.replaceAll(/\W/g, '\\$&')}`, 'i'));
	const has = (name: string): boolean => begins.some(each => each.test(name));
	return name => words.length === 0 || has(name) || targets.some(target => target.of === name && has(target.row));
}

/** What was to be reached and what was, as Markdown. */
export function targetTable({measured, left, wants}: Bench): string {
	const rows = targets
		.filter(target => wants(target.row))
		.map(target => {
			const {row: name, unit, is, of} = target;
			const [value, base] = [measured.get(name), of === undefined ? 0 : measured.get(of)];
			const aim = `${is} ${aimOf(target)}`;
			if (value === undefined || base === undefined) return [name, '–', aim, '–', left.has(name) ? 'not run' : '–'];
			const got = target.times === undefined ? value - base : value / base;
			const limit = target.times ?? target.plus ?? 0;
			const isReached = is === 'at most' ? got <= limit : got >= limit;
			return [name, `${digits(value)} ${unit}`, aim, digits(got, 2), isReached ? 'yes' : 'no'];
		});
	return table(['row', 'measured', 'to reach', 'got', 'reached'], rows);
}

function aimOf({times, plus, of, unit}: Target): string {
	if (of === undefined) return `${plus} ${unit}`;
	return times === undefined ? `${of} + ${plus} ${unit}` : `${times} × ${of}`;
}
