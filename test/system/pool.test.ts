import {execFileSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {isTsboxError, type Machine, openMachine, Pool, type SpecObject} from '../../src/index.ts';
import {type Starter, type TestBox, testBox} from './box.ts';
import {canary, killSomething, numbersFrom, ownDescriptors, settled, trialOf, unreliable} from './pool-faults.ts';

const runs = Number(process.env['POOL_RUNS'] ?? 300);
const seed = Number(process.env['POOL_SEED'] ?? 1);

async function corner(starter?: Starter): Promise<{box: TestBox; machine: Machine; spec: SpecObject}> {
	const box = await testBox(starter);
	const machine = await openMachine({store: `${box.folder}/store`, state: `${box.folder}/state`});
	return {box, machine, spec: {name: box.name, rootfs: box.rootfs, mem_limit: '32m', pids_limit: 32}};
}

/** The root filesystem as a folder, with a program that leaves System V objects. */
function rootWithSegments({folder, rootfs}: TestBox): string {
	const root = join(folder, 'root');
	mkdirSync(root);
	execFileSync('tar', ['-xpf', rootfs, '-C', root]);
	const source = join(import.meta.dirname, 'segments.c');
	execFileSync('gcc', ['-static', '-o', join(root, 'bin/segments'), source], {stdio: 'pipe'});
	return root;
}

test('each command finds a fresh container, whatever the one before left in its own', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	await using pool = new Pool(spec, {machine, size: 2});
	for (const word of ['one', 'two', 'three', 'four']) {
		const result = await pool.run({
			command: ['sh', '-c', `${canary}pwd; cat > /dev/stderr`, 'sh', word],
			env: {CANARY: word},
			cwd: '/tmp',
			input: word,
		});
		expect(result).toMatchObject({exitCode: 0, stdout: `OWN ${word}\n/tmp\n`, stderr: word, failed: false});
		expect(result.usage?.cpuMs).toBeGreaterThan(0);
	}
	// One program, after the many that set the container up.
	const {usage} = await pool.run({command: ['true']});
	expect(usage?.setupCpuMs).toBeGreaterThan(usage?.cpuMs ?? Infinity);
	await pool.close();
	expect(box.leftovers()).toEqual([]);
});

test('root of its containers can be nobody on the host', async () => {
	const {box, machine, spec} = await corner('mapped');
	await using _ = box;
	await using pool = new Pool({...spec, userns_mode: 'auto'}, {machine, size: 2});
	for (const word of ['one', 'two'])
		expect(
			await pool.run({command: ['sh', '-c', `${canary}cut -c 1-21 /proc/self/uid_map`, 'sh', word]}),
		).toMatchObject({
			exitCode: 0,
			stdout: expect.stringMatching(`^OWN ${word}\n +0 +[1-9][0-9]+\n$`),
		});
	await pool.close();
	expect(box.leftovers()).toEqual([]);
});

test('on a machine without perl this process starts them itself', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	const bare = {...machine, facts: {...machine.facts, tools: {...machine.facts.tools, perl: null}}};
	await using pool = new Pool({...spec, security_opt: ['seccomp=unconfined']}, {machine: bare, size: 2});
	const results = await Promise.all(
		['one', 'two'].map(word => pool.run({command: ['sh', '-c', 'echo "$1"; kill -9 $$; exit 7', 'sh', word]})),
	);
	// Process 1 does not die of a signal that comes from inside.
	expect(results.map(({stdout, exitCode, signal}) => [stdout, exitCode, signal])).toEqual([
		['one\n', 7, null],
		['two\n', 7, null],
	]);
	await pool.close();
	expect(box.leftovers()).toEqual([]);
});

test('limits of the spec hold for each command, and the result says what ended it', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	await using pool = new Pool(spec, {machine, size: 2});
	expect(await pool.run({command: ['sh', '-c', 'x=a; while :; do x=$x$x; done']})).toMatchObject({
		oomKilled: true,
		failed: true,
	});
	expect(await pool.run({command: ['sleep', '1000'], timeoutMs: 30})).toMatchObject({timedOut: true});
	expect(await pool.run({command: ['yes'], maxOutput: 100})).toMatchObject({truncated: true});
	await expect(pool.run({command: ['nope']})).rejects.toMatchObject({code: 'E_COMMAND_NOT_FOUND'});
	await expect(pool.run({command: ['true'], cwd: '/nope'})).rejects.toMatchObject({code: 'E_STEP_FAILED'});
	await expect(pool.run({command: ['true'], env: {'A=B': ''}})).rejects.toMatchObject({code: 'E_USAGE'});
	await pool.close();
	expect(box.leftovers()).toEqual([]);
});

test('more commands than containers wait for their turn, an abort lets one of them go, and a closed pool takes none', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	await using pool = new Pool(spec, {machine, size: 1, concurrency: 1});
	const controller = new AbortController();
	const first = pool.run({command: ['echo', '1']});
	const canceled = pool.run({command: ['echo', 'never'], signal: controller.signal});
	const others = ['2', '3'].map(word => pool.run({command: ['echo', word]}));
	controller.abort();
	await expect(canceled).rejects.toMatchObject({code: 'E_INTERRUPTED'});
	expect((await Promise.all([first, ...others])).map(({stdout}) => stdout)).toEqual(['1\n', '2\n', '3\n']);
	const running = pool.run({command: ['sh', '-c', 'echo up; read -r line; echo "$line"'], input: 'last\n'});
	const late = pool.run({command: ['true']});
	const refused = late.catch((error: unknown) => error);
	await new Promise(resolve => running.stdout.once('data', resolve));
	const closing = pool.close();
	expect(await refused).toMatchObject({code: 'E_INTERRUPTED'});
	expect(await running).toMatchObject({stdout: 'up\nlast\n'});
	await closing;
	await expect(pool.run()).rejects.toMatchObject({code: 'E_INTERRUPTED'});
	expect(box.leftovers()).toEqual([]);
});

test('what a command prints right before its end is read, however long its reader holds the program up', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	await using pool = new Pool(spec, {machine, size: 6, concurrency: 6});
	const words = Array.from({length: 90}, (_each, at) => `word ${at}`);
	const next = words.entries();
	const printed: string[] = [];
	const caller = async (): Promise<void> => {
		for (const [at, word] of next) {
			const pause = `0.0${10 + ((at * 7) % 30)}`;
			const running = pool.run({command: ['sh', '-c', 'sleep "$2"; echo "$1"; cat', 'sh', word, pause], input: word});
			running.stdout.on('data', () => {
				const until = performance.now() + 15;
				while (performance.now() < until);
			});
			printed.push((await running).stdout);
		}
	};
	await Promise.all(Array.from({length: 6}, caller));
	expect(printed.toSorted()).toEqual(words.map(word => `${word}\n${word}`).toSorted());
	await pool.close();
	expect(box.leftovers()).toEqual([]);
});

test('a spec whose containers could share something is refused', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	for (const more of [{tty: true}, {ipc: 'host'}, {pid: 'host'}, {post_start: [{command: ['true']}]}]) {
		await using pool = new Pool({...spec, ...more}, {machine});
		await expect(pool.ready()).rejects.toMatchObject({code: 'E_SPEC_INVALID'});
		await expect(pool.run()).rejects.toMatchObject({code: 'E_SPEC_INVALID'});
	}
	expect(() => new Pool(spec, {machine, size: 0})).toThrow('`size`');
	expect(box.leftovers()).toEqual([]);
});

test('a pool that is closed while its containers start leaves nothing', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	for (const turns of [0, 1, 5, 20, 60]) {
		const pool = new Pool(spec, {machine, size: 3, starts: 3});
		for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setTimeout(resolve, 1));
		await pool.close();
		expect(box.leftovers()).toEqual([]);
	}
});

test(
	`${runs} commands under faults see nothing of each other and leave nothing`,
	async () => {
		const {box, machine, spec} = await corner();
		await using _ = box;
		const random = numbersFrom(seed);
		const shaky = unreliable(machine, random, 0.02);
		const rootfs = rootWithSegments(box);
		const size = 4;
		const before = ownDescriptors();
		const pool = new Pool({...spec, rootfs}, {machine: shaky, size, concurrency: 4, starts: 2});
		const wrong: string[] = [];
		const counts: Record<string, number> = {};
		let next = 0;
		const caller = async (): Promise<void> => {
			for (;;) {
				const at = next++;
				if (at >= runs) return;
				if (random() < 0.1) killSomething(box.name, random);
				const trial = trialOf(at, random);
				if (random() < 0.1) setTimeout(() => killSomething(box.name, random), random() * 20);
				try {
					const result = await pool.run(trial.options);
					const problem = /SEEN.*/.exec(result.stdout + result.stderr)?.[0] ?? trial.wrong(result);
					if (problem !== undefined) wrong.push(`${trial.what}: ${problem.slice(0, 200)}`);
					counts[trial.what] = (counts[trial.what] ?? 0) + 1;
				} catch (error) {
					const code = isTsboxError(error) ? error.code : String(error);
					counts[code] = (counts[code] ?? 0) + 1;
					if (!trial.refusals.includes(code)) wrong.push(`${trial.what}: ${code} ${String(error)}`);
				}
			}
		};
		await Promise.all(Array.from({length: 6}, caller));
		expect(wrong).toEqual([]);
		// Most did what they were to do: a pool that only fails would pass all of the above.
		expect(counts['plain'] ?? 0).toBeGreaterThan(runs / 7);
		await pool.close();
		expect(box.leftovers()).toEqual([]);
		expect(ownDescriptors()).toBe(before);
	},
	120_000 + runs * 500,
);

test('a pool whose containers are all killed while they wait has others soon', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	await using pool = new Pool(spec, {machine, size: 2});
	await settled(pool, 2);
	for (let kill = 0; kill < 20; kill++) killSomething(box.name, Math.random);
	expect(await pool.run({command: ['echo', 'here']})).toMatchObject({stdout: 'here\n'});
	await settled(pool, 2);
	await pool.close();
	expect(box.leftovers()).toEqual([]);
});
