import {execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {PassThrough, Readable} from 'node:stream';
import {expect, test} from 'vitest';
import {
	type CommandOptions,
	type Machine,
	diffRuns,
	exec,
	isTsboxError,
	listRuns,
	load,
	openMachine,
	plan,
	Pool,
	removeRun,
	run,
	showRun,
	type SpecObject,
	up,
} from '../../src/index.ts';
import {type TestBox, testBox} from './box.ts';

/** How many descriptors this process has. */
function descriptors(): number {
	return readdirSync('/proc/self/fd').length;
}

/** A source that gives a part and fails when `cut` is called. */
function cutSource(): {readonly source: PassThrough; readonly cut: () => void} {
	const source = new PassThrough();
	source.write('half');
	return {source, cut: () => source.destroy(new Error('the upload was cut'))};
}

/** A box, its machine, and a spec as an object with the box's name. */
async function corner(more: SpecObject = {}): Promise<{box: TestBox; machine: Machine; spec: SpecObject}> {
	const box = await testBox();
	const machine = await openMachine({store: `${box.folder}/store`, state: `${box.folder}/state`});
	return {box, machine, spec: {name: box.name, rootfs: box.rootfs, command: ['true'], ...more}};
}

test('a command is awaited for what became of it, and its streams and events are read meanwhile', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	const script = 'echo "$WORD $HOME" > /dev/stdout; cat; echo wrong > /dev/stderr; exit 3';
	const running = run(spec, {
		machine,
		command: ['sh', '-c', script],
		env: {WORD: '$x'},
		input: Readable.from(['given']),
	});
	let seen = '';
	for await (const chunk of running.stdout) seen += String(chunk);
	const result = await running;
	expect(seen).toBe('$x /root\ngiven');
	expect(result).toMatchObject({exitCode: 3, signal: null, stdout: seen, stderr: 'wrong\n', failed: true});
	const types = [];
	for await (const {type} of running.events) types.push(type);
	expect(types[0]).toBe('plan.started');
	expect(types.slice(-1)).toEqual(['run.completed']);
	expect(types).toContain('container.started');
	expect(await running.name).toMatch(`${box.name}-`);
	expect(box.leftovers()).toEqual([]);
});

test('many runs of one spec go on at once in one process', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	const read = await load(spec);
	const results = await Promise.all(['a', 'b', 'c', 'd'].map(word => run(read, {machine, command: ['echo', word]})));
	expect(results.map(({stdout}) => stdout)).toEqual(['a\n', 'b\n', 'c\n', 'd\n']);
	expect(box.leftovers()).toEqual([]);
});

test('a run is recorded with all that it printed, and its record is shown, compared and removed', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	const command = (word: string): string[] => [
		'sh',
		'-c',
		`echo ${word} | tee /made; echo wrong >&2; head -c 300000 /dev/zero`,
	];
	const [one, other] = [
		await run(spec, {machine, record: true, command: command('one')}),
		await run({...spec, record: true}, {machine, command: command('other')}),
	];
	expect(one).toMatchObject({exitCode: 0, stderr: 'wrong\n'});
	expect(one.stdout).toHaveLength(300_004);
	expect((await run({...spec, record: true}, {machine, record: false})).runId).toBeUndefined();
	const [first = '', second = ''] = [one.runId, other.runId];
	expect((await listRuns({machine})).map(({id}) => id)).toEqual([first, second].toSorted().toReversed());
	const shown = await showRun(first, {machine});
	expect(shown).toMatchObject({
		run: {id: first, verb: 'run', outcome: 'ended', end: {exitCode: 0, signal: null}, lost: 0},
		files: [{path: '/made', size: 4}],
		logs: {stdout: {size: 300_004}, stderr: {text: 'wrong\n'}},
	});
	const {files, logs, outputsDiffer} = await diffRuns(first, second, {machine});
	expect({files: files.map(({path}) => path), logs: logs.map(({stream}) => stream), outputsDiffer}).toEqual({
		files: ['/made'],
		logs: ['stdout'],
		outputsDiffer: true,
	});
	expect(await removeRun(first, {machine})).toBe(first);
	await expect(showRun(first, {machine})).rejects.toMatchObject({code: 'E_RUN_NOT_FOUND'});
	const failed = run(spec, {machine, record: true, command: ['nosuch']});
	await expect(failed).rejects.toSatisfy(isTsboxError);
	const types = [];
	for await (const {type} of failed.events) types.push(type);
	expect(types).toContain('run.recorded');
	expect(box.leftovers()).toEqual([]);
});

test('what cannot be recorded says so: a box by a warning, a pool by an error', async () => {
	const {box, machine, spec} = await corner({record: true, command: ['sleep', '1000']});
	await using _ = box;
	const there = await up(spec, {machine});
	await there.kill();
	await there.wait();
	const warnings = [];
	for await (const event of there.events) if (event.type === 'warning') warnings.push(event.text);
	expect(warnings).toEqual(['the run is not recorded: the caller provides no recorder']);
	await using pool = new Pool(spec, {machine});
	await expect(pool.ready()).rejects.toMatchObject({code: 'E_SPEC_INVALID'});
});

test('time that is over, too much output and an abort end a command, and the result says which', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	const late = await run(spec, {machine, command: ['sleep', '1000'], timeoutMs: 50});
	expect(late).toMatchObject({timedOut: true, signal: 'SIGKILL', exitCode: 137, failed: true});
	for (const timeoutMs of [Infinity, 2 ** 31])
		expect(await run(spec, {machine, timeoutMs})).toMatchObject({timedOut: false, exitCode: 0});
	const loud = await run(spec, {machine, command: ['yes'], maxOutput: 1001});
	expect(loud).toMatchObject({truncated: true, timedOut: false, failed: true});
	expect(loud.stdout).toHaveLength(1001);
	const controller = new AbortController();
	const canceled = run(spec, {machine, command: ['sh', '-c', 'echo up; sleep 1000'], signal: controller.signal});
	canceled.stdout.once('data', () => controller.abort());
	expect(await canceled).toMatchObject({isCanceled: true, stdout: 'up\n', signal: 'SIGKILL'});
	expect(box.leftovers()).toEqual([]);
});

test('what keeps a command from running rejects with a code', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	await expect(run(spec, {machine, command: ['nope']})).rejects.toMatchObject({code: 'E_COMMAND_NOT_FOUND'});
	await expect(run(spec, {machine, signal: AbortSignal.abort()})).rejects.toMatchObject({code: 'E_INTERRUPTED'});
	await expect(run(spec, {machine, command: []})).rejects.toMatchObject({code: 'E_USAGE'});
	await expect(run({...spec, mem_limt: '1g'}, {machine})).rejects.toMatchObject({code: 'E_SPEC_INVALID'});
	expect(box.leftovers()).toEqual([]);
});

test('a mistake in an object is shown where its JSON has it, and a dollar in it means itself', async () => {
	await expect(load({rootfs: 'host', mem_limt: '64m'})).rejects.toMatchObject({
		code: 'E_SPEC_INVALID',
		message: '(object):3:3: unknown key `mem_limt`',
		hint: 'did you mean `mem_limit`?',
	});
	const {service} = await load({rootfs: 'host', command: ['echo', '$HOME', '$$', '${x']});
	expect(service.command).toEqual(['echo', '$HOME', '$$', '${x']);
});

test('an input that fails ends the command, and is not taken for the whole', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	await using started = await up(spec, {machine, command: ['sleep', '1000']});
	await using pool = new Pool(spec, {machine, size: 1});
	for (const call of [
		(options: CommandOptions) => run(spec, {machine, ...options}),
		(options: CommandOptions) => pool.run(options),
		({command, ...options}: CommandOptions) => started.exec(command ?? [], options),
	]) {
		const {source, cut} = cutSource();
		const running = call({command: ['sh', '-c', 'head -c 4; cat; echo done'], input: source});
		running.stdout.once('data', cut);
		await expect(running).rejects.toMatchObject({code: 'E_INPUT_FAILED', why: 'the upload was cut'});
	}
	const before = cutSource();
	const waiting = run(spec, {machine, command: ['cat'], input: before.source});
	before.cut();
	await expect(waiting).rejects.toMatchObject({code: 'E_INPUT_FAILED'});
	await started.kill();
	await started.wait();
	await pool.close();
	expect(box.leftovers()).toEqual([]);
});

test('streams of the web, generators and whole files are read by commands', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	await using pool = new Pool(spec, {machine, size: 2});
	async function* words(): AsyncGenerator<string> {
		for (const word of ['gi', 'v', 'en']) yield word;
	}
	const bytes = new Blob(['x'.repeat(1_000_000)]);
	expect(await pool.run({command: ['cat'], input: words()})).toMatchObject({stdout: 'given'});
	expect(await pool.run({command: ['wc', '-c'], input: bytes})).toMatchObject({stdout: '1000000\n'});
	expect(await run(spec, {machine, command: ['wc', '-c'], input: bytes.stream()})).toMatchObject({stdout: '1000000\n'});
	// Who reads only a part ends well.
	expect(await pool.run({command: ['head', '-c', '4'], input: bytes})).toMatchObject({exitCode: 0, stdout: 'xxxx'});
});

test('calls that are refused or fail leave no descriptor open', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	await run(spec, {machine, command: ['true'], input: ''});
	const before = descriptors();
	for (let at = 0; at < 3; at += 1) {
		await expect(run(spec, {machine, input: at as never})).rejects.toMatchObject({code: 'E_USAGE'});
		await expect(run(spec, {machine, input: [{}] as never, command: ['cat']})).rejects.toMatchObject({
			code: 'E_INPUT_FAILED',
		});
		await expect(run(spec, {machine, command: ['nope'], input: 'x'})).rejects.toMatchObject({
			code: 'E_COMMAND_NOT_FOUND',
		});
		await expect(exec('nobody', ['true'], {machine, input: 'x'})).rejects.toMatchObject({code: 'E_NO_SUCH_CONTAINER'});
		await expect(up(spec, {machine, streams: true, command: ['nope']})).rejects.toMatchObject({
			code: 'E_COMMAND_NOT_FOUND',
		});
	}
	await expect.poll(descriptors).toBeLessThanOrEqual(before);
	expect(box.leftovers()).toEqual([]);
});

test('a working directory that is not there is an error of every call, and one of the spec is made', async () => {
	const {box, machine, spec} = await corner({working_dir: '/made'});
	await using _ = box;
	await using started = await up(spec, {machine, command: ['sleep', '1000']});
	await using pool = new Pool(spec, {machine, size: 1});
	const [command, cwd] = [['pwd'], '/nope'];
	for (const call of [
		() => run(spec, {machine, command, cwd}),
		() => up(spec, {machine, command, cwd}),
		() => started.exec(command, {cwd}),
		() => pool.run({command, cwd}),
	])
		await expect(call()).rejects.toMatchObject({
			code: 'E_STEP_FAILED',
			message: 'the working directory /nope cannot be entered',
		});
	expect(await run(spec, {machine, command})).toMatchObject({stdout: '/made\n'});
	expect(await run(spec, {machine, command, cwd: '/tmp'})).toMatchObject({stdout: '/tmp\n'});
	expect(await started.exec(command)).toMatchObject({stdout: '/made\n'});
});

test('output that is not kept goes through with a reader or without, and takes no memory', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	const size = 100_000_000;
	const command = ['head', '-c', String(size), '/dev/zero'];
	const before = process.memoryUsage.rss();
	const running = run(spec, {machine, command, buffer: false});
	let [seen, most] = [0, 0];
	for await (const chunk of running.stdout) {
		seen += (chunk as Buffer).length;
		most = Math.max(most, process.memoryUsage.rss());
	}
	expect(seen).toBe(size);
	expect(await running).toMatchObject({exitCode: 0, stdout: '', truncated: false, failed: false});
	expect(most - before).toBeLessThan(size / 2);
	expect(await run(spec, {machine, command, buffer: false, maxOutput: 1000})).toMatchObject({truncated: true});
});

test('a plan is made without anything being done', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	const {steps, name} = await plan(spec, {machine});
	expect(name).toBe(box.name);
	expect(steps.at(-1)?.action.kind).toBe('exec');
	expect(box.leftovers()).toEqual([]);
});

test('a box runs commands, tells what it uses, and is stopped and taken back', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	const started = await up(spec, {
		machine,
		streams: true,
		command: ['sh', '-c', 'trap "echo bye; exit 7" TERM; echo hello; while :; do sleep 0.05; done'],
	});
	const said: string[] = [];
	started.stdout?.on('data', chunk => said.push(String(chunk)));
	expect(await started.exec(['sh', '-c', 'cat; exit 4'], {input: 'in'})).toMatchObject({exitCode: 4, stdout: 'in'});
	expect(await exec(started.name, ['hostname'], {machine})).toMatchObject({stdout: `${box.name}\n`});
	// Its time is its own: to be entered takes longer than that.
	const late = await started.exec(['sleep', '1000'], {timeoutMs: 1});
	expect(late).toMatchObject({timedOut: true, signal: 'SIGKILL'});
	expect(await started.stats()).toMatchObject({name: started.name});
	expect(await started.stop()).toEqual({exitCode: 7, signal: null});
	expect(await started.wait()).toEqual({exitCode: 7, signal: null});
	expect(said.join('')).toBe('hello\nbye\n');
	expect(box.leftovers()).toEqual([]);
});

test('a box that goes out of scope is killed and taken back', async () => {
	const {box, machine, spec} = await corner();
	await using _ = box;
	{
		await using started = await up(spec, {machine, command: ['sleep', '1000']});
		expect(started.name).toMatch(`${box.name}-`);
	}
	expect(box.leftovers()).toEqual([]);
	await expect(up(spec, {machine, command: ['nope']})).rejects.toMatchObject({code: 'E_COMMAND_NOT_FOUND'});
	expect(box.leftovers()).toEqual([]);
});

test('the built library works in a vm context, whose errors are not those of node:fs', async () => {
	await using box = await testBox();
	const words = [
		'--experimental-vm-modules',
		join(import.meta.dirname, 'in-context.mjs'),
		box.folder,
		box.name,
		box.rootfs,
	];
	const out = execFileSync(process.execPath, words, {encoding: 'utf8'});
	expect(out).toBe('in out\npooled\ntrueE_SPEC_INVALID\n');
	expect(box.leftovers()).toEqual([]);
});
