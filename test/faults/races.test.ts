import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Ended, type Running, type TestBox, testBox} from '../system/box.ts';
import {lieIn} from './truth.ts';

/* Two commands at the same moment on one container: each pair of the verbs that change something. */

/** All pairs, or the same few each time. */
const isFull = process.env['FAULTS'] === 'all';
const sampled = 6;
/** Longest that a command may take, ms. */
const patience = 30_000;

const service = `
mem_limit: 64m
tmpfs: [/run]
stop_grace_period: 1s
command: [sh, -c, "trap 'exit 0' TERM; echo up; sleep 1000 & wait"]
`;

const verbs: Readonly<Record<string, (box: TestBox) => readonly string[]>> = {
	'up -d': ({folder}) => ['up', '-d', join(folder, 'spec.yaml')],
	down: ({name}) => ['down', name],
	stop: ({name}) => ['stop', name],
	start: ({name}) => ['start', name],
	restart: ({name}) => ['restart', name],
	rm: ({name}) => ['rm', name],
	kill: ({name}) => ['kill', name],
	pause: ({name}) => ['pause', name],
	unpause: ({name}) => ['unpause', name],
	update: ({name}) => ['update', '-m', '70m', name],
	exec: ({name}) => ['exec', name, 'true'],
	cp: ({name, folder}) => ['cp', join(folder, 'spec.yaml'), `${name}:/run/in`],
	rename: ({name}) => ['rename', name, `${name}-new`],
	run: ({folder}) => ['run', join(folder, 'spec.yaml'), '--', 'true'],
	gc: () => ['gc'],
};

const names = Object.keys(verbs);
const pairs = names.flatMap((one, at) => names.slice(at).map((other): readonly [string, string] => [one, other]));

function rank([one, other]: readonly [string, string]): string {
	return createHash('sha256')
		.update([process.env['FAULT_SEED'] ?? '1', one, other].join(' '))
		.digest('hex');
}

const tried = isFull ? pairs : pairs.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, sampled);

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
	if (end.status !== 0 && end.err === '' && verb !== 'exec')
		return [`${verb} ends with ${end.status} and says nothing`];
	return [];
}

describe.skipIf(process.getuid?.() !== 0)('at the same moment', () => {
	let box: TestBox;
	beforeAll(async () => {
		box = await testBox();
	});
	afterAll(() => box[Symbol.asyncDispose]());

	test.each(tried)('%s and %s', async (one, other) => {
		const spec = box.spec(service);
		const up = await box.tsbox(['up', '-d', spec]);
		expect(up).toEqual({...up, status: 0});
		const running = [one, other].map(verb => box.start(verbs[verb]?.(box) ?? []));
		// What is held does not end: it is let go again.
		if (one === 'pause' || other === 'pause') {
			await Promise.all(running.filter((_, at) => [one, other][at] === 'pause').map(endOf));
			await box.tsbox(['unpause', box.name]);
		}
		const ends = await Promise.all(running.map(endOf));
		const problems = [one, other].flatMap((verb, at) => wrongIn(verb, ends[at]));
		await box.tsbox(['unpause', box.name]);
		problems.push(...(await lieIn(box)));
		const down = await box.tsbox(['down', '-t', '0', box.name]);
		if (down.status !== 0 && !/no container|no detached project/.test(down.err)) problems.push(`down: ${down.err}`);
		const gc = await box.tsbox(['gc']);
		if (gc.status !== 0) problems.push(`gc: ${gc.err}`);
		problems.push(...box.leftovers().map(line => `left: ${line}`));
		expect({problems, said: problems.length === 0 ? [] : ends}).toEqual({problems: [], said: []});
	});
});
