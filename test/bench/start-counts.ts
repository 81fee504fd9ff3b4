import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {closeInheritedDescriptors} from '../../src/host/programs/inherited-descriptors.ts';
import type {Ended, TestBox} from '../system/box.ts';
import {throughNode} from './front.ts';
import {libraryProcess} from './library-process.ts';
import {command, type Counts, countCalls, strace, writtenTo} from './traced-calls.ts';

/** Who carries out the steps of the container's side: {@link countsOf} writes the configuration that says so. */
export const executors = ['commands', 'calls'] as const;

export type Executor = (typeof executors)[number];

const quoted = command.map(word => JSON.stringify(word)).join(', ');

/** One way to start a container: carried out once without strace(1), then once with it. */
type Way = (box: TestBox, executor: Executor) => Promise<Counts>;

/** What each way does, by its name in the table. */
export const ways = {
	'compiled script': async box => {
		const file = join(box.folder, 'trace');
		const script = box.file('box.sh', must(await box.tsbox(['compile', ofCommand(box)])).out);
		await ended(['sh', script]);
		await ended([...strace(file), 'sh', script]);
		return countCalls(file);
	},
	'engine: run of an unchanged spec': async box => followed(box, ['run', ofCommand(box)], throughNode),
	'run of an unchanged spec': async (box, executor) => withoutNode(box, ['run', ofCommand(box)], executor),
	exec: async box => {
		must(await box.tsbox(['up', '-d', sleepers(box, 'one')]));
		return followed(box, ['exec', `${box.name}-one-1`, '--', ...command]);
	},
	'pool: one run and its refill': async ({folder, name, rootfs}) => {
		const file = join(folder, 'trace');
		const [, word] = command;
		await using pool = await libraryProcess({way: 'pool', folder, rootfs, name, word, size: 1, under: strace(file)});
		await pool.run(1);
		const begin = writtenTo(file);
		await pool.run(1);
		return countCalls(file, begin, writtenTo(file));
	},
	'supervisor: one more service': async box => {
		const file = join(box.folder, 'trace');
		const spec = sleepers(box, 'one', 'two', 'three');
		const under = [...strace(file), 'sh', '-c', '"$@" >&2 && echo it is up', 'sh'];
		const traced = box.start(['up', '-d', spec, 'one'], {under});
		// However long strace(1) makes it take.
		await Promise.race([once(traced.child, 'exit'), once(traced.child.stdout, 'data')]);
		must(await box.tsbox(['up', '-d', spec, 'two']));
		const begin = writtenTo(file);
		must(await box.tsbox(['up', '-d', spec, 'three']));
		const end = writtenTo(file);
		must(await box.tsbox(['down', '-t', '0', box.name]));
		await traced.ended;
		return countCalls(file, begin, end);
	},
} as const satisfies Readonly<Record<string, Way>>;

export type WayName = keyof typeof ways;

/**
 * The most that a start may cost: what it costs today, with room for the growth of the program in what is read. Lower a number when a
 * start gets cheaper; a higher one is a decision.
 */
export const limits: Readonly<Record<Executor, Readonly<Record<WayName, Counts>>>> = {
	commands: {
		'compiled script': {programs: 22, chain: 20, processes: 17, mounts: 57, moves: 8, readFirst: 0},
		'engine: run of an unchanged spec': {programs: 16, chain: 13, processes: 10, mounts: 57, moves: 8, readFirst: 5150},
		'run of an unchanged spec': {programs: 17, chain: 13, processes: 11, mounts: 57, moves: 8, readFirst: 5150},
		exec: {programs: 12, chain: 9, processes: 5, mounts: 4, moves: 7, readFirst: 5150},
		'pool: one run and its refill': {programs: 14, chain: 13, processes: 9, mounts: 57, moves: 8, readFirst: 32},
		'supervisor: one more service': {programs: 18, chain: 18, processes: 15, mounts: 57, moves: 8, readFirst: 32},
	},
	calls: {
		'compiled script': {programs: 4, chain: 2, processes: 3, mounts: 57, moves: 6, readFirst: 0},
		'engine: run of an unchanged spec': {programs: 5, chain: 2, processes: 2, mounts: 57, moves: 8, readFirst: 4850},
		'run of an unchanged spec': {programs: 4, chain: 2, processes: 2, mounts: 57, moves: 6, readFirst: 0},
		exec: {programs: 6, chain: 3, processes: 3, mounts: 4, moves: 7, readFirst: 3600},
		'pool: one run and its refill': {programs: 2, chain: 1, processes: 2, mounts: 57, moves: 7, readFirst: 32},
		'supervisor: one more service': {programs: 7, chain: 7, processes: 8, mounts: 57, moves: 8, readFirst: 32},
	},
};

/**
 * What one start costs by this way and executor. Needs strace(1).
 *
 * @throws Error when a start fails
 */
export async function countsOf(way: WayName, executor: Executor, box: TestBox): Promise<Counts> {
	// What is chosen by itself needs no configuration, which Node would have to read.
	if (executor !== 'calls') box.file('tsbox.config.yaml', `executor: ${executor}\n`);
	return ways[way](box, executor);
}

function ofCommand(box: TestBox): string {
	return box.spec(`command: [${quoted}]\n`);
}

function sleepers(box: TestBox, ...names: readonly string[]): string {
	const services = names.map(
		name => `  ${name}: {rootfs: ${box.rootfs}, network_mode: none, command: [sleep, "1000"]}`,
	);
	return box.file('sleepers.yaml', `name: ${box.name}\nservices:\n${services.join('\n')}\n`);
}

async function followed(
	box: TestBox,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Counts> {
	const file = join(box.folder, 'trace');
	must(await box.tsbox(args, {env}));
	must(await box.tsbox(args, {env, under: strace(file)}));
	return countCalls(file);
}

/** What makes a container by calls needs no Node once its plan is kept, if nobody mounts anything meanwhile. */
async function withoutNode(box: TestBox, args: readonly string[], executor: Executor): Promise<Counts> {
	for (let tries = 0; tries < 20; tries++) {
		const counts = await followed(box, args);
		if (executor !== 'calls' || !readFileSync(join(box.folder, 'trace'), 'latin1').includes('["node"')) return counts;
	}
	throw new Error(`${args.join(' ')} starts Node each time`);
}

function must(end: Ended): Ended {
	if (end.status !== 0) throw new Error(`exit status ${end.status ?? end.signal}: ${end.err}`);
	return end;
}

async function ended([name = '', ...args]: readonly string[]): Promise<void> {
	// For one above 9, the script would start bash(1) to close it.
	closeInheritedDescriptors();
	const [status] = (await once(spawn(name, args, {stdio: ['ignore', 'ignore', 'inherit']}), 'exit')) as [number | null];
	if (status !== 0) throw new Error(`${name}: exit status ${status}`);
}
