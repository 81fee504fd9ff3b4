import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import type {Machine} from './engines.ts';
import {until} from './until.ts';

/* Engines whose runtime is tsbox, each with folders of its own in a network namespace of its own. */

const root = join(import.meta.dirname, '../..');

/** The runtime's program. */
export const runtime = join(root, 'bin/tsbox-runtime');

/** What a command printed, and how it ended. */
export interface Said {
	readonly status: number | null;
	readonly out: string;
	readonly err: string;
}

/** An engine with the image `bb`. Disposal takes its containers and itself away. */
export interface RuntimeEngine extends AsyncDisposable {
	/** Runs the engine's client with these words, and optionally an input. */
	readonly run: (words: readonly string[], input?: string) => Said;
	/** The command line of {@link run}, for a shell. */
	readonly line: string;
	/** The words of `run --rm` with tsbox or with runc as the runtime. */
	readonly runBy: (runtime: 'tsbox' | 'runc') => readonly string[];
	/** What `tsbox` says with the folders of the engine's containers. */
	readonly tsbox: (...words: readonly string[]) => Said;
	/** The command line of {@link tsbox}, for a shell on the machine. */
	readonly tsboxLine: string;
	/** The containers that tsbox has a state folder of. */
	readonly containers: () => readonly string[];
}

/** Those of tsbox: one pair for all engines of a machine. */
function folders({folder}: Machine): readonly string[] {
	return ['--state', `${folder}/state`, '--store', `${folder}/store`];
}

function say(words: readonly string[], input?: string): Said {
	const [program = '', ...rest] = words;
	const env = {PATH: process.env['PATH'], TERM: 'xterm'};
	const {status, stdout, stderr} = spawnSync(program, rest, {encoding: 'utf8', input, env, timeout: 60_000});
	return {status, out: stdout, err: stderr};
}

function engineAt(
	place: Machine,
	client: readonly string[],
	runBy: RuntimeEngine['runBy'],
): Omit<RuntimeEngine, typeof Symbol.asyncDispose> {
	const {folder, within} = place;
	const tsbox = [join(root, 'bin/tsbox'), ...folders(place)];
	return {
		runBy,
		run: (words, input) => say([...client, ...words], input),
		line: client.join(' '),
		tsbox: (...words) => say([...within, ...tsbox, ...words]),
		tsboxLine: tsbox.join(' '),
		containers: () => (existsSync(`${folder}/state/containers`) ? readdirSync(`${folder}/state/containers`) : []),
	};
}

/** A Docker whose daemon can be lost. */
export interface DockerEngine extends RuntimeEngine {
	/** Kills the daemon, and with it its containerd. The containers stay. */
	readonly crash: () => Promise<void>;
	/** Starts the daemon again, and waits until it answers. */
	readonly start: () => Promise<void>;
	/** Removes all containers. Throws if something is left of one. */
	readonly clear: () => void;
}

/** Starts Docker with `tsbox` as its default runtime, and `runc` beside it; `config` is more of its daemon.json. */
export async function dockerWithTsbox(place: Machine, config: object = {}): Promise<DockerEngine> {
	const {within} = place;
	const at = join(place.folder, 'docker');
	mkdirSync(at, {recursive: true});
	const runtimes = {tsbox: {path: runtime, runtimeArgs: folders(place)}};
	const settings = {'default-runtime': 'tsbox', 'cgroup-parent': place.cgroup, ...config, runtimes};
	writeFileSync(`${at}/daemon.json`, JSON.stringify(settings));
	const places = ['--data-root', `${at}/data`, '--exec-root', `${at}/exec`, '--pidfile', `${at}/pid`];
	const client = ['docker', '-H', `unix://${at}/socket`];
	let daemon: ChildProcess;
	const start = async () => {
		const [enter = '', ...into] = within;
		const words = ['dockerd', '--config-file', `${at}/daemon.json`, ...places, '-H', `unix://${at}/socket`];
		daemon = spawn(enter, [...into, ...words], {stdio: 'ignore'});
		await until('Docker answers', () => say([...client, 'version']).status === 0);
	};
	const isGone = () => daemon.exitCode !== null || daemon.signalCode !== null;
	const end = async (signal: string) => {
		place.out('sh', '-c', `kill -${signal} $(cat ${at}/pid)`);
		await until('Docker is gone', isGone);
		const containerd = `! kill -0 $(cat ${at}/exec/containerd/containerd.pid)`;
		await until('containerd is gone', () => say([...within, 'sh', '-c', containerd]).status === 0);
	};
	await start();
	const engine = engineAt(place, client, by => [...client, 'run', '--rm', '--runtime', by]);
	if (engine.run(['image', 'inspect', 'bb']).status !== 0) {
		engine.run(['import', '-c', 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin', await busyboxFixture(), 'bb']);
		engine.run(['tag', 'bb', 'busybox']);
	}
	const clear = () => {
		const all = engine.run(['ps', '-aq']).out.split('\n').filter(Boolean);
		if (all.length > 0) engine.run(['rm', '-f', ...all]);
		const left = [...engine.containers(), ...place.cgroups()];
		if (left.length > 0) throw new Error(`left: ${left.join(', ')}`);
	};
	return {
		...engine,
		start,
		crash: () => end('KILL'),
		clear,
		[Symbol.asyncDispose]: async () => {
			if (isGone()) return;
			clear();
			await end('TERM');
		},
	};
}

/** The lines of the first blocks of docs/engines.md that begin with a word. */
export function pasted(word: string): string {
	const lines = readFileSync(join(root, 'docs/engines.md'), 'utf8').split('\n');
	return lines
		.filter(line => line.startsWith(`${word} `))
		.slice(0, 2)
		.join('\n');
}

/** A block of docs/engines.md: a file that its reader writes. */
export function fileOfDocs(name: string): string {
	const text = readFileSync(join(root, 'docs/engines.md'), 'utf8');
	return new RegExp(`^\`\`\`text ${name}\\n([^]*?)^\`\`\``, 'm').exec(text)?.[1] ?? '';
}

/** The socket of the containerd that Docker has started. */
export function containerdOf({folder}: Machine): string {
	return join(folder, 'docker/exec/containerd/containerd.sock');
}

/** Podman with `tsbox` as its runtime. */
export async function podmanWithTsbox(place: Machine): Promise<RuntimeEngine> {
	const {folder, within} = place;
	const at = join(folder, 'podman');
	mkdirSync(join(at, 'networks'), {recursive: true});
	const text = [
		'[containers]',
		'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]',
		'[engine]',
		'runtime_supports_json = ["tsbox", "tsbox-runtime"]',
		'[engine.runtimes]',
		`tsbox = ["${runtime}"]`,
		'[network]',
		'network_backend = "netavark"',
		`network_config_dir = "${at}/networks"`,
	].join('\n');
	writeFileSync(join(at, 'containers.conf'), `${text}\n`);
	const flags = folders(place);
	const podman = [
		...within,
		'env',
		`CONTAINERS_CONF=${at}/containers.conf`,
		'podman',
		'--root',
		`${at}/data`,
		'--runroot',
		`${at}/run`,
		'--cgroup-manager',
		'cgroupfs',
		'--runtime',
	];
	const client = [
		...podman,
		runtime,
		...[0, 2].flatMap(n => ['--runtime-flag', `${flags[n]?.slice(2)}=${flags[n + 1]}`]),
	];
	const engine = engineAt(place, client, by => [...(by === 'tsbox' ? client : [...podman, by]), 'run', '--rm']);
	const made = engine.run(['import', '-c', 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin', await busyboxFixture(), 'bb']);
	if (made.status !== 0) throw new Error(made.err);
	engine.run(['tag', 'bb', 'busybox']);
	return {
		...engine,
		[Symbol.asyncDispose]: async () => {
			engine.run(['rm', '-af', '-t', '0']);
			execFileSync(within[0] ?? '', [
				...within.slice(1),
				'sh',
				'-c',
				`grep -o '${at}[^ ]*' /proc/self/mounts | sort -r | xargs -r umount`,
			]);
		},
	};
}
