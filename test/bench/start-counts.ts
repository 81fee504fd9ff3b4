import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {closeInheritedDescriptors} from '../../src/host/programs/inherited-descriptors.ts';
import type {Ended, TestBox} from '../system/box.ts';
import {command, type Counts, countCalls, strace, writtenTo} from './traced-calls.ts';

/** Who carries the steps of the container's side out, and the options that choose it. */
export const executors = {commands: []} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Executor = keyof typeof executors;

const quoted = command.map(word => JSON.stringify(word)).join(', ');

/** One way to start a container: carried out once without strace(1), then once with it. */
type Way = (box: TestBox, options: readonly string[]) => Promise<Counts>;

/** What each way does, by its name in the table. */
export const ways = {
	'compiled script': async (box, options) => {
		const file = join(box.folder, 'trace');
		const script = box.file('box.sh', must(await box.tsbox([...options, 'compile', ofCommand(box)])).out);
		await ended(['sh', script]);
		await ended([...strace(file), 'sh', script]);
		return countCalls(file);
	},
	'engine: run of an unchanged spec': async (box, options) => followed(box, [...options, 'run', ofCommand(box)]),
	exec: async (box, options) => {
		must(await box.tsbox([...options, 'up', '-d', sleepers(box, 'one')]));
		return followed(box, [...options, 'exec', `${box.name}-one`, '--', ...command]);
	},
	'pool: one run and its refill': async box => {
		const file = join(box.folder, 'trace');
		const words = [join(box.folder, 'store'), join(box.folder, 'state'), '1', box.name, box.rootfs, ...command];
		const program = join(import.meta.dirname, 'pool-program.mjs');
		const [first = '', ...others] = [...strace(file), process.execPath, program, ...words];
		const child = spawn(first, others, {stdio: ['pipe', 'pipe', 'inherit']});
		const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
		const isFull = async (): Promise<number> => {
			if ((await lines.next()).value !== 'full') throw new Error('the pool did not get full');
			return writtenTo(file);
		};
		await isFull();
		child.stdin.write('1\n');
		const begin = await isFull();
		child.stdin.write('1\n');
		const end = await isFull();
		child.stdin.end();
		await once(child, 'exit');
		return countCalls(file, begin, end);
	},
	'supervisor: one more service': async (box, options) => {
		const file = join(box.folder, 'trace');
		const spec = sleepers(box, 'one', 'two', 'three');
		const under = [...strace(file), 'sh', '-c', '"$@" && echo it is up', 'sh'];
		const traced = box.start([...options, 'up', '-d', spec, 'one'], {under});
		await traced.says('it is up');
		must(await box.tsbox([...options, 'up', '-d', spec, 'two']));
		const begin = writtenTo(file);
		must(await box.tsbox([...options, 'up', '-d', spec, 'three']));
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
		'compiled script': {programs: 27, chain: 25, processes: 20, mounts: 57, moves: 8, readFirst: 0},
		'engine: run of an unchanged spec': {programs: 16, chain: 13, processes: 10, mounts: 57, moves: 8, readFirst: 3200},
		exec: {programs: 13, chain: 10, processes: 5, mounts: 4, moves: 7, readFirst: 3200},
		'pool: one run and its refill': {programs: 14, chain: 13, processes: 10, mounts: 57, moves: 8, readFirst: 32},
		'supervisor: one more service': {programs: 18, chain: 18, processes: 15, mounts: 57, moves: 8, readFirst: 32},
	},
};

/**
 * What one start costs by this way and executor. Needs strace(1).
 *
 * @throws Error when a start fails
 */
export function countsOf(way: WayName, executor: Executor, box: TestBox): Promise<Counts> {
	return ways[way](box, executors[executor]);
}

function ofCommand(box: TestBox): string {
	return box.spec(`command: [${quoted}]\n`);
}

function sleepers(box: TestBox, ...names: readonly string[]): string {
	const services = names.map(name => `  ${name}: {rootfs: ${box.rootfs}, command: [sleep, "1000"]}`);
	return box.file('sleepers.yaml', `name: ${box.name}\nservices:\n${services.join('\n')}\n`);
}

async function followed(box: TestBox, args: readonly string[]): Promise<Counts> {
	const file = join(box.folder, 'trace');
	must(await box.tsbox(args));
	must(await box.tsbox(args, {under: strace(file)}));
	return countCalls(file);
}

function must(end: Ended): Ended {
	if (end.status !== 0) throw new Error(`exit status ${end.status ?? end.signal}: ${end.err}`);
	return end;
}

async function ended([name = '', ...args]: readonly string[]): Promise<void> {
	// For one above 9, the script would start bash(1) to close it.
	closeInheritedDescriptors();
	const [status] = (await once(spawn(name, args, {stdio: 'inherit'}), 'exit')) as [number | null];
	if (status !== 0) throw new Error(`${name}: exit status ${status}`);
}
