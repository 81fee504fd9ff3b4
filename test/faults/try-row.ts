import {createHash} from 'node:crypto';
import {appendFileSync} from 'node:fs';
import type {TestBox} from '../system/box.ts';
import {type Fault, faultsAt, type Side} from './fault.ts';
import type {Injector, Tried, TryOptions} from './machine.ts';
import type {Row} from './row.ts';

/** Every fault at every point, or the same few each time. */
const isFull = process.env['FAULTS'] === 'all';
/** Faults of a verb in the small set. */
const sampled = Number(process.env['FAULT_SAMPLE'] ?? 1);

/** Only these of all faults, by their words: to try again what went wrong. */
const only = process.env['FAULT_ONLY'];

/** Where a verb is tried: what is there before, and what must hold after a fault. */
export interface World {
	readonly box: TestBox;
	readonly injector: Injector;
	/** Has all as it is to be before a try of this row. */
	readonly open: (row: Row, fault: Fault | undefined) => Promise<void>;
	/** Cleans up after a try as a person would; gives what is wrong then. */
	readonly settle: (row: Row, tried: Tried) => Promise<readonly string[]>;
	/** Keys that another row of the same world was tried at. */
	readonly known: Set<string>;
}

/** A line of the table. */
export interface RowResult {
	readonly verb: string;
	readonly points: number;
	/** Faults at all of these points that no row before has tried. */
	readonly possible: number;
	readonly faults: number;
	/** Faults that did not come to pass: their point was not reached again. */
	readonly missed: readonly string[];
	readonly problems: readonly string[];
	readonly seconds: number;
}

function optionsOf(row: Row, world: World, fault: Fault | undefined): TryOptions {
	const {interruptAfter, meanwhile, sides = []} = row;
	return {
		follow: sides.includes('supervisor') && fault?.side !== 'cli',
		...(fault === undefined ? {} : {fault}),
		...(interruptAfter === undefined ? {} : {interruptAfter}),
		...(meanwhile === undefined ? {} : {meanwhile: () => meanwhile(world.box)}),
	};
}

async function once(
	world: World,
	row: Row,
	fault?: Fault,
): Promise<{readonly tried: Tried; readonly problems: readonly string[]}> {
	await world.open(row, fault);
	await row.prepare?.(world.box, world.injector);
	const tried = await world.injector.run(row.words(world.box), optionsOf(row, world, fault));
	return {tried, problems: [...wrongIn(tried, fault), ...(await world.settle(row, tried))]};
}

/** What no command may do, whatever happens to it. */
function wrongIn({err, ended}: Tried, fault: Fault | undefined): readonly string[] {
	const problems: string[] = [];
	if (/^\s+at .*:\d+:\d+\)?$/m.test(err))
		problems.push(`shows a stack: ${err.trim().split('\n').slice(0, 3).join(' | ')}`);
	if (fault?.how !== 'hang' && ended !== 'itself') problems.push(`does not end by itself: ${ended}`);
	if (fault?.how === 'hang' && ended === 'SIGKILL') problems.push('an interrupt does not end it');
	return problems;
}

/** The faults of a clean run's points; what was right after one change of a file is right before the next. */
function allFaults(points: readonly string[], known: Set<string>): readonly Fault[] {
	const faults: Fault[] = [];
	for (const [at, point] of points.entries()) {
		const gap = point.indexOf(' ');
		const [side, key] = [point.slice(0, gap) as Side, point.slice(gap + 1)];
		const next = points[at + 1] ?? '';
		if (known.has(point)) continue;
		known.add(point);
		const same = key.startsWith('file ') && next.startsWith(`${side} file `);
		faults.push(...faultsAt(side, key).filter(({how}) => how !== 'after' || !same));
	}
	return faults;
}

/** Always the same few: those whose words, without the places in the program, come first by their hash. */
function sampleOf(faults: readonly Fault[], verb: string): readonly Fault[] {
	const seed = process.env['FAULT_SEED'] ?? '1';
	const rank = ({side, key, how}: Fault): string =>
		createHash('sha256')
			.update([seed, verb, side, how, key.replaceAll(/\S+:\d+:\d+\S*/g, '')].join(' '))
			.digest('hex');
	return faults.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, sampled);
}

function wordsOf({side, how, key}: Fault): string {
	return `${side} ${how} at ${key}`;
}

/** Tries a verb with every fault at every point of a clean run of it, and notes the result for the table. */
export async function tryRow(world: World, row: Row): Promise<readonly string[]> {
	if (row.isVariant === true && !isFull && sampled > 0) return [];
	const begun = performance.now();
	const clean = await once(world, row);
	const problems = clean.problems.map(problem => `${row.verb}, without a fault: ${problem}`);
	const sides = row.sides ?? ['cli'];
	const points = clean.tried.points.filter(point => sides.some(side => point.startsWith(`${side} `)));
	const every = allFaults(points, world.known);
	const faults = isFull
		? every.filter(fault => only === undefined || wordsOf(fault).match(only))
		: sampleOf(every, row.verb);
	const missed: string[] = [];
	for (const fault of faults) {
		const {tried, problems: wrong} = await once(world, row, fault);
		if (!tried.hit) missed.push(wordsOf(fault));
		for (const problem of wrong) problems.push(`${row.verb}, ${wordsOf(fault)}: ${problem}`);
	}
	const seconds = (performance.now() - begun) / 1000;
	const result: RowResult = {
		verb: row.verb,
		points: points.length,
		possible: every.length,
		faults: faults.length,
		missed,
		problems,
		seconds,
	};
	const report = process.env['FAULT_REPORT'];
	if (report !== undefined) appendFileSync(report, `${JSON.stringify(result)}\n`);
	return problems;
}
