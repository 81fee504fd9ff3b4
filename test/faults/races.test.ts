import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {partOf} from '../support/turn.ts';
import {type Ended, type Running, type TestBox, testBox} from '../system/box.ts';
import {ofPair, pairSpec} from './pair-spec.ts';
import {lieIn} from './truth.ts';

/* Two commands at about the same moment: each pair of the verbs, on a container and on a project of two services. */

/** All pairs, or the same few each time. */
const isFull = process.env['FAULTS'] === 'all';
/** How often each pair of a project is tried in a full run, with other pauses between the two. */
const tries = isFull ? Number(process.env['FAULT_TRIES'] ?? 20) : 1;
const seed = process.env['FAULT_SEED'] ?? '1';
const sampled = 6;
/** Longest that a command may take, ms. */
const patience = 30_000;
/** The longest pause between the beginnings of two commands, ms: a start takes about as long. */
const longestPause = 600;

/** What two commands are about. */
interface Subject {
	readonly spec: (box: TestBox) => string;
	/** What its containers have after the name of the test; the first one is what verbs of one container get. */
	readonly containers: readonly [string, ...string[]];
}

const single: Subject = {
	containers: [''],
	spec: ({name, rootfs}) => `name: ${name}
rootfs: ${rootfs}
mem_limit: 64m
tmpfs: [/run]
stop_grace_period: 1s
command: [sh, -c, "trap 'exit 0' TERM; echo up; sleep 1000 & wait"]
`,
};
const project: Subject = {containers: ofPair, spec: pairSpec};

type Words = (box: TestBox, container: string) => readonly string[];

const verbs: Readonly<Record<string, Words>> = {
	'up -d': ({folder}) => ['up', '-d', join(folder, 'spec.yaml')],
	down: ({name}) => ['down', name],
	'down -v': ({name}) => ['down', '-v', name],
	stop: ({name}) => ['stop', name],
	start: ({name}) => ['start', name],
	'restart -t 0': ({name}) => ['restart', '-t', '0', name],
	rm: ({name}) => ['rm', name],
	'rm -f': ({name}) => ['rm', '-f', name],
	kill: (_, container) => ['kill', container],
	pause: (_, container) => ['pause', container],
	unpause: (_, container) => ['unpause', container],
	update: (_, container) => ['update', '-m', '70m', container],
	exec: (_, container) => ['exec', container, 'true'],
	cp: ({folder}, container) => ['cp', join(folder, 'spec.yaml'), `${container}:/in`],
	rename: (_, container) => ['rename', container, `${container}-new`],
	run: ({folder}) => ['run', join(folder, 'spec.yaml'), '--', 'true'],
	gc: () => ['gc'],
	logs: ({name}) => ['logs', name],
	wait: (_, container) => ['wait', container],
	attach: (_, container) => ['attach', '--no-stdin', container],
};
/** What goes on until its container has ended. */
const endless = new Set(['wait', 'attach']);

const names = Object.keys(verbs);
const pairs = names.flatMap((one, at) => names.slice(at).map((other): readonly [string, string] => [one, other]));

/** A number from 0 to 1 that is always the same. */
function chance(...words: readonly unknown[]): number {
	return (
		createHash('sha256')
			.update([seed, ...words].join(' '))
			.digest()
			.readUInt32BE() /
		2 ** 32
	);
}

function sampleFor(subject: string): readonly (readonly [string, string])[] {
	const rank = (pair: readonly string[]): number => chance(subject, ...pair);
	return isFull ? pairs : pairs.toSorted((one, other) => rank(one) - rank(other)).slice(0, sampled);
}

/** How it ended; undefined when it does not, and then it is killed. */
async function endOf({child, ended}: Running): Promise<Ended | undefined> {
	const timer = setTimeout(() => child.kill('SIGKILL'), patience);
	const end = await ended;
	clearTimeout(timer);
	return end.signal === 'SIGKILL' ? undefined : end;
}

function wrongIn(verb: string, end: Ended | undefined): readonly string[] {
	if (end === undefined) return [`${verb} does not end by itself`];
	if (/^\s+at .*:\d+:\d+\)?$/m.test(end.err)) return [`${verb} shows a stack: ${end.err}`];
	if (end.status !== 0 && end.err === '' && !['exec', ...endless].includes(verb))
		return [`${verb} ends with ${end.status} and says nothing`];
	return [];
}

/** Begins two commands, the later one after a pause, ms; gives what is wrong then, and what they said. */
async function tryPair(
	box: TestBox,
	{containers}: Subject,
	pair: readonly [string, string],
	pause: number,
): Promise<readonly string[]> {
	const whole = containers.map(suffix => `${box.name}${suffix}`);
	const [first = box.name] = whole;
	const up = await box.tsbox(['up', '-d', join(box.folder, 'spec.yaml')]);
	if (up.status !== 0) return [`up: ${up.err}`];
	const one = box.start(verbs[pair[0]]?.(box, first) ?? []);
	await delay(pause);
	const running = [one, box.start(verbs[pair[1]]?.(box, first) ?? [])];
	// What is held does not end: it is let go again.
	if (pair.includes('pause')) {
		await Promise.all(running.filter((_, at) => pair[at] === 'pause').map(endOf));
		await box.tsbox(['unpause', first]);
	}
	const brief = running.filter((_, at) => !endless.has(pair[at] ?? ''));
	await Promise.all(brief.map(endOf));
	await box.tsbox(['unpause', first]);
	const problems: string[] = [];
	for (const container of whole) problems.push(...(await lieIn(box, container)));
	const down = await box.tsbox(['down', '-v', '-t', '0', box.name]);
	if (down.status !== 0 && !/no container|(no|not a) detached project/.test(down.err))
		problems.push(`down: ${down.err}`);
	const gc = await box.tsbox(['gc']);
	if (gc.status !== 0) problems.push(`gc: ${gc.err}`);
	problems.push(...box.leftovers().map(line => `left: ${line}`));
	const ends = await Promise.all(running.map(endOf));
	problems.push(...pair.flatMap((verb, at) => wrongIn(verb, ends[at])));
	if (problems.length === 0) return [];
	return [
		`the second ${pause} ms later:`,
		...problems,
		...ends.map((end, at) => `${pair[at]} said: ${end?.err.trim()}`),
	];
}

describe.skipIf(process.getuid?.() !== 0).each([
	['a container', single],
	['a project', project],
] as const)('at the same moment on %s', (about, subject) => {
	let box: TestBox;
	beforeAll(async () => {
		box = await testBox();
		box.file('spec.yaml', subject.spec(box));
	});
	afterAll(() => box[Symbol.asyncDispose]());

	test.each(partOf(sampleFor(about), 2))(
		'%s and %s',
		async (one, other) => {
			const problems: string[] = [];
			for (let nth = 0; nth < (subject === project ? tries : 1); nth += 1) {
				const reversed = chance(one, other, nth, 'order') < 0.5;
				const pause = nth === 0 ? 0 : Math.round(chance(one, other, nth, 'pause') ** 2 * longestPause);
				problems.push(...(await tryPair(box, subject, reversed ? [other, one] : [one, other], pause)));
				await box.tsbox(['gc']);
			}
			expect(problems).toEqual([]);
		},
		3_600_000,
	);
});
