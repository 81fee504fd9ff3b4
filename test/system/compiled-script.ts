import {type ChildProcess, spawn} from 'node:child_process';
import {closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import type {CommandEnd} from '../../src/container/machine/attachment.ts';
import type {Machine} from '../../src/container/machine/machine.ts';
import {openMachine} from '../../src/container/machine/open-machine.ts';
import type {PlannedContainer} from '../../src/container/machine/planned-container.ts';
import {planContainer} from '../../src/container/plan/plan-container.ts';
import {compilePlan} from '../../src/container/start/compile-plan.ts';
import {upPlanned} from '../../src/container/start/up.ts';
import {closeInheritedDescriptors} from '../../src/host/programs/inherited-descriptors.ts';
import type {RangeMap} from '../../src/host/id-map.ts';
import type {ImageFacts} from '../../src/image/store/facts.ts';
import type {ExecutorChoice} from '../../src/spec/config/executors.ts';
import type {Plan} from '../../src/step/verbs/step.ts';

/** How a program ended, and what it wrote. */
export interface Ended {
	readonly status: number | null;
	readonly signal: string | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A program that runs. */
export interface Running {
	readonly child: ChildProcess;
	/** What it has written to its standard output so far. */
	readonly seen: () => string;
	readonly ended: Promise<Ended>;
}

/** A container's name, the store and state of its own, and the script that makes it. */
export interface Compiled {
	readonly name: string;
	readonly machine: Machine;
	readonly script: string;
	readonly path: string;
	/** Starts the script; the caller's environment is as good as empty. */
	start(interpreter?: readonly string[], input?: string): Running;
	/** The same spec by the engine itself. */
	up(): Promise<CommandEnd & {readonly stdout: string}>;
	/** All that is left of the container: mounts, cgroups, processes, folders. */
	leftovers(): readonly string[];
	remove(): void;
}

/** Runs a program without a terminal; input null keeps its stdin open. */
export function start(
	argv: readonly string[],
	input: string | null = '',
	env: Readonly<Record<string, string>> = {},
): Running {
	const [program = '', ...args] = argv;
	closeInheritedDescriptors();
	const child = spawn(program, args, {env: {PATH: '/nowhere', ...env}, detached: true});
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
	child.stdin.on('error', () => {});
	if (input !== null) child.stdin.end(input);
	const ended = new Promise<Ended>((resolve, reject) => {
		child.on('error', reject);
		child.on('exit', () => child.stdin.end());
		child.on('close', (status, signal) => resolve({status, signal, stdout, stderr}));
	});
	return {child, seen: () => stdout, ended};
}

function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

function leftoversOf(name: string, folder: string): readonly string[] {
	const pids = readdirSync('/proc').filter(entry => /^\d+$/.test(entry) && Number(entry) !== process.pid);
	const cgroups = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map(entry => `/sys/fs/cgroup/${entry}`)];
	return [
		...textOf('/proc/self/mountinfo')
			.split('\n')
			.filter(line => line.includes(folder)),
		...cgroups.map(path => `${path}/tsbox/${name}`).filter(path => existsSync(path)),
		...pids
			.filter(
				pid => textOf(`/proc/${pid}/cmdline`).includes(folder) || textOf(`/proc/${pid}/cgroup`).includes(`/${name}\n`),
			)
			.map(pid => `process ${pid}: ${textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`),
		...['state/containers', 'store/layers'].flatMap(each =>
			existsSync(join(folder, each)) ? readdirSync(join(folder, each)).map(entry => `${each}/${entry}`) : [],
		),
	];
}

/**
 * Compiles a spec on the busybox fixture; `spec` is the YAML without name and rootfs.
 *
 * @param change - gives the plan to carry out in place of the one that was made
 * @param image - puts an image into the store, which takes the place of the archive
 */
export async function compiled(
	name: string,
	spec: string,
	{
		change = plan => plan,
		executor,
		image,
	}: {
		readonly change?: (plan: Plan) => Plan;
		readonly executor?: ExecutorChoice;
		readonly image?: (store: string, ids: RangeMap | undefined) => ImageFacts;
	} = {},
): Promise<Compiled> {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-compile-'));
	const file = join(folder, 'tsbox.yaml');
	writeFileSync(file, `name: ${name}\nrootfs: ${await busyboxFixture()}\n${spec}`);
	const machine = await openMachine({store: join(folder, 'store'), state: join(folder, 'state')});
	const request = {file, cwd: folder, env: {}, ...(executor === undefined ? {} : {executor})};
	let found: ImageFacts | undefined;
	const findImage = async (ids: RangeMap | undefined): Promise<ImageFacts> =>
		(found ??= image?.(machine.dirs.store, ids) ?? {kind: 'host'});
	const options = image === undefined ? {} : {findImage};
	const planned = async (): Promise<PlannedContainer> => {
		const made = await planContainer(machine, request, {dry: true, ...options});
		return {...made, plan: change(made.plan)};
	};
	const script = compilePlan(machine, await planned());
	const path = join(folder, 'box.sh');
	writeFileSync(path, script);
	return {
		name,
		machine,
		script,
		path,
		start: (interpreter = ['/bin/sh'], input = '') => start([...interpreter, path], input),
		async up() {
			const output = join(folder, 'output');
			const [stdin, stdout] = [openSync('/dev/null', 'r'), openSync(output, 'w')];
			try {
				const never = new AbortController().signal;
				const end = await upPlanned(machine, await planned(), {
					...request,
					verb: 'up',
					stdio: {stdin, stdout, stderr: stdout},
					tty: false,
					signal: never,
					force: never,
					emit: () => {},
				});
				return {...end, stdout: readFileSync(output, 'utf8')};
			} finally {
				closeSync(stdin);
				closeSync(stdout);
			}
		},
		leftovers: () => leftoversOf(name, folder),
		remove: () => rmSync(folder, {recursive: true, force: true}),
	};
}
