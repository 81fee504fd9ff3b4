import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {join, resolve} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {debianFixture} from '../../fixtures/debian.ts';
import type * as library from '../../src/index.ts';
import {digits, pairedDifference, peakMemory, program, roundRobin, table, type Work} from './measure.ts';
import {peers, sleepingBundle} from './peers.ts';
import {sustainedRows} from './sustained.ts';

// npm run bench [ROUNDS]: how long tsbox takes to run `true`, beside the other programs of this machine, as Markdown.

const again = 'TSBOX_BENCH_AGAIN';
const project = resolve(import.meta.dirname, '../..');
const unified = '/sys/fs/cgroup/unified';
const isHybrid = readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${unified} `);

if (process.getuid?.() !== 0) throw new Error('the benchmark needs root');
if (isHybrid && process.env[again] === undefined) {
	// crun refuses hybrid cgroups. Without the unified mount, in a mount namespace of our own, all of them see plain v1.
	const {status} = spawnSync(
		'unshare',
		['-m', '--propagation', 'private', 'sh', '-c', `umount ${unified} && exec "$@"`, 'sh', process.execPath].concat(
			process.execArgv,
			process.argv.slice(1),
		),
		{stdio: 'inherit', env: {...process.env, [again]: '1'}},
	);
	process.exit(status ?? 1);
}

const rounds = Number(process.argv[2] ?? 25);
const scratch = mkdtempSync('/var/tmp/tsbox-bench-');
const root = join(scratch, 'root');
const folders = ['--store', join(scratch, 'store'), '--state', join(scratch, 'state')];
const tsbox = [join(project, 'bin/tsbox'), ...folders];
const specFile = join(scratch, 'bench.yaml');
const sleeperFile = join(scratch, 'sleeper.yaml');
const left: string[] = [];
const leaveOut = (name: string, error: unknown): void =>
	void left.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);

const pooled = 'tsbox, Pool of the library';

interface LibraryWays {
	readonly ways: ReadonlyMap<string, Work>;
	/** Until the pool is full again: its work in the background is nobody else's time. */
	readonly after: ReadonlyMap<string, Work>;
	readonly close: () => Promise<void>;
}

async function libraryWays(): Promise<LibraryWays> {
	const {openMachine, upAttached, execIn, load, run, Pool} = (await import(
		`${project}/dist/index.js`
	)) as typeof library;
	const machine = await openMachine({store: join(scratch, 'store'), state: join(scratch, 'state')});
	const spec = await load(specFile);
	const size = 2;
	const pool = new Pool(spec, {machine, size});
	await pool.ready();
	const nothing = openSync('/dev/null', 'r+');
	const attachment = () => ({
		stdio: {stdin: nothing, stdout: nothing, stderr: nothing},
		tty: false,
		signal: new AbortController().signal,
		force: new AbortController().signal,
	});
	const must = ({exitCode}: {readonly exitCode: number}): void => {
		if (exitCode !== 0) throw new Error(`exit status ${exitCode}`);
	};
	const ways = new Map<string, Work>([
		['tsbox, run of the library', async () => must(await run(spec, {machine}))],
		[pooled, async () => must(await pool.run())],
		[
			'tsbox, the library in a warm process',
			async () =>
				must(
					await upAttached(machine, {
						verb: 'run',
						file: specFile,
						cwd: scratch,
						env: process.env,
						emit: () => {},
						...attachment(),
					}),
				),
		],
		[
			'tsbox exec, the library in a warm process',
			async () => must(await execIn(machine, 'sleeper', {args: ['true'], env: [], ...attachment()})),
		],
	]);
	const full = async (): Promise<void> => {
		for (;;) {
			const {warm, starting, removing} = pool.state;
			if (warm === size && starting + removing === 0) return;
			await new Promise(resolve => setTimeout(resolve, 1));
		}
	};
	return {ways, after: new Map([[pooled, full]]), close: () => pool.close()};
}

/** Writes a spec that runs `true`, with these lines more, and the script that it compiles to; gives the script's path. */
function compiledScript(name: string, more: string): string {
	const [spec, script] = [join(scratch, `${name}.yaml`), join(scratch, `${name}.sh`)];
	writeFileSync(spec, `name: bench\nrootfs: ${root}\ncommand: ["true"]\n${more}`);
	writeFileSync(script, execFileSync(tsbox[0] ?? '', [...tsbox.slice(1), 'compile', spec]));
	return script;
}

async function runRows(): Promise<void> {
	execFileSync('tar', ['-xf', await busyboxFixture(), '-C', root]);
	writeFileSync(sleeperFile, `name: sleeper\nrootfs: ${root}\ncommand: [sleep, "1000"]\n`);
	const script = compiledScript('bench', '');

	const openScript = compiledScript(
		'open',
		'security_opt: [seccomp=unconfined, systempaths=unconfined, "no-new-privileges:false"]\n',
	);

	const commands = new Map<string, readonly string[]>([
		['node -e 0', [process.execPath, '-e', '0']],
		...peers(scratch, root).map(({name, words}) => [name, words] as const),
		['runc exec', ['runc', 'exec', 'bench-sleeper', 'true']],
		['tsbox, the compiled script', ['sh', script]],
		['tsbox, the compiled script, nothing hidden and no filter', ['sh', openScript]],
		['tsbox run', [...tsbox, 'run', specFile]],
		['tsbox exec', [...tsbox, 'exec', 'sleeper', '--', 'true']],
	]);
	const sleeper = spawn(tsbox[0] ?? '', [...tsbox.slice(1), 'up', sleeperFile], {stdio: 'ignore'});
	const bundle = sleepingBundle(join(scratch, 'sleeper'), root);
	spawnSync('runc', ['run', '--detach', '--bundle', bundle, 'bench-sleeper'], {stdio: 'ignore'});
	const until = Date.now() + 10_000;
	const isUp = (): boolean =>
		spawnSync(tsbox[0] ?? '', [...tsbox.slice(1), 'exec', 'sleeper', '--', 'true']).status === 0;
	while (!isUp()) if (Date.now() > until) throw new Error('the container to enter does not start');
	const library = await libraryWays();
	try {
		const ways = new Map([...[...commands].map(([name, words]) => [name, program(words)] as const), ...library.ways]);
		const times = await roundRobin(ways, {warmUps: 3, rounds, after: library.after}, leaveOut);
		const median = (name: string): number => times.find(each => each.name === name)?.median ?? Number.NaN;
		const ratio = (value: number, name: string): string =>
			Number.isNaN(median(name)) ? '–' : (value / median(name)).toFixed(2);
		console.log(`\`true\` in a new container, or in one that is there: ${rounds} rounds, ${cpus().length} CPUs\n`);
		console.log(
			table(
				['way', 'median ms', 'min ms', '× crun', '× runc', '× node', 'peak MiB'],
				times
					.toSorted((a, b) => a.median - b.median)
					.map(({name, median: value, min}) => [
						name,
						digits(value),
						digits(min),
						ratio(value, 'crun run'),
						ratio(value, 'runc run'),
						ratio(value, 'node -e 0'),
						digits(commands.has(name) ? peakMemory(commands.get(name) ?? [], scratch) : undefined),
					]),
			),
		);
		const pairs = rounds * 4;
		const cost = await pairedDifference(program(['sh', script]), program(['sh', openScript]), pairs);
		console.log(
			`\nThe filter, what is hidden or read-only, and no_new_privs: ${cost.toFixed(1)} ms of the compiled script (median of ${pairs} pairs)`,
		);
	} finally {
		await library.close();
		spawnSync(tsbox[0] ?? '', [...tsbox.slice(1), 'down', '--timeout', '0', 'sleeper']);
		spawnSync('runc', ['delete', '--force', 'bench-sleeper']);
		sleeper.kill('SIGKILL');
	}
}

async function unpackRows(): Promise<void> {
	const fixture = await debianFixture();
	if ('missing' in fixture) {
		left.push(`unpacking a Debian: ${fixture.missing}`);
		return;
	}
	const file = join(scratch, 'debian.yaml');
	writeFileSync(file, `name: bench-debian\nrootfs: ${fixture.path}\ncommand: ["true"]\n`);
	const store = join(scratch, 'fresh');
	const commands = new Map<string, readonly string[]>([
		['tar -xzf', ['sh', '-c', `mkdir ${store} && tar -xpzf ${fixture.path} --numeric-owner --xattrs -C ${store}`]],
		['tsbox run, first time', [...tsbox.slice(0, 1), '--store', store, '--state', `${scratch}/state`, 'run', file]],
	]);
	const clear = (): void => rmSync(store, {recursive: true, force: true});
	const ways = new Map([...commands].map(([name, words]) => [name, program(words)] as const));
	const cleared = new Map([...ways].map(([name, work]) => [name, async () => (clear(), await work())] as const));
	const times = await roundRobin(cleared, {warmUps: 1, rounds: 5}, leaveOut);
	const bytes = Number(execFileSync('stat', ['-c', '%s', fixture.path], {encoding: 'utf8'}));
	console.log(`\nA Debian root filesystem, ${digits(bytes / 1048576)} MiB of tar.gz: 5 rounds\n`);
	console.log(
		table(
			['way', 'median ms', 'min ms', 'peak MiB'],
			times.map(({name, median, min}) => {
				clear();
				return [name, digits(median), digits(min), digits(peakMemory(commands.get(name) ?? [], scratch))];
			}),
		),
	);
}

mkdirSync(root);
try {
	await runRows();
	await sustainedRows((await import(`${project}/dist/index.js`)) as typeof library, scratch, root, leaveOut);
	await unpackRows();
	for (const reason of left) console.log(`\nLeft out: ${reason}.`);
} finally {
	rmSync(scratch, {recursive: true, force: true});
}
