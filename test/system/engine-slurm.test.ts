import {createHash} from 'node:crypto';
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {type Machine, machine} from './engines.ts';
import {type Cluster, hasSlurm, nodes, sharedRootfs, slurm, user} from './slurm.ts';
import {until} from './until.ts';

/* Slurm on two nodes, with tsbox as its runtime. */

interface ListedRun {
	readonly id: string;
	readonly node: string;
	readonly engine: string;
	readonly lock: string;
	readonly end: {readonly exitCode: number};
	readonly name: string;
}

describe.runIf(process.getuid?.() === 0 && hasSlurm)('Slurm', () => {
	let place: Machine;
	let cluster: Cluster;
	let bundle: string;
	/** Writes the bundle of a service. */
	const exported = (name: string, more = ''): string => {
		const spec = `${cluster.shared}/${name}.yaml`;
		writeFileSync(
			spec,
			`services:\n  job:\n    rootfs: ./rootfs.tar\n    command: [sh]\n    environment: {FROM: spec}\n    read_only: true\n    tmpfs: [/tmp]\n${more}`,
		);
		const said = cluster.tsbox('n1', 'export', 'oci', spec, `${cluster.shared}/${name}`, 'job');
		expect(said).toMatchObject({status: 0});
		return `${cluster.shared}/${name}`;
	};
	beforeAll(async () => {
		place = await machine();
		cluster = await slurm(place);
		await sharedRootfs(cluster);
		bundle = exported('plain');
	});
	afterAll(async () => {
		await cluster?.[Symbol.asyncDispose]();
		await place?.[Symbol.asyncDispose]();
	});
	afterEach(async () => {
		await until('nothing is left', () => cluster.left().length === 0);
	});
	const srun = (options: string, ...command: readonly string[]): readonly string[] => [
		'srun',
		...options.split(' ').filter(Boolean),
		`--container=${bundle}`,
		...command,
	];
	const noJobs = async (): Promise<void> => until('no job is left', () => cluster.run(['squeue', '-h']).out === '');
	const recorded = (node: string, ...store: readonly string[]): readonly ListedRun[] =>
		JSON.parse(cluster.tsbox(node, ...store, 'runs', '--json').out) as readonly ListedRun[];
	/** The names of the containers on a node. */
	const containers = (node: string): readonly string[] =>
		(JSON.parse(cluster.tsbox(node, 'ps', '--json').out) as readonly {name: string}[]).map(({name}) => name);

	test('a task has the output, the exit status and the environment of its job', () => {
		const script = 'echo $FROM $SLURM_JOB_NAME; echo err >&2; id -u; exit 3';
		const said = cluster.run(srun('--job-name=first', 'sh', '-c', script));
		expect(said).toMatchObject({status: 3, out: 'spec first\n0\n'});
		expect(said.err).toMatch(/^err$/m);
	});

	test('a command that is not there is told', () => {
		const said = cluster.run(srun('', 'nothing'));
		expect(said.status).not.toBe(0);
		expect(said.err).toContain('nothing');
	});

	test('a job runs on both nodes at once, and tsbox of each node shows its container', async () => {
		const job = cluster.start(srun('-N2', 'sh', '-c', 'echo here; sleep 1000'));
		await until('both run', () => nodes.every(node => containers(node).length === 1));
		for (const node of nodes) {
			const [name = ''] = containers(node);
			expect(name).toMatch(new RegExp(`^slurm-${node}\\.root\\.\\d+\\.0\\.`));
			expect(cluster.tsbox(node, 'drift', name).out).toMatch(/^all \d+ checks agree\n$/);
		}
		// The shell has no handler for SIGTERM: it is killed after KillWait.
		cluster.run(['scancel', '--user=root']);
		expect(await job).toMatchObject({out: 'here\nhere\n'});
		await noJobs();
	});

	test('scancel reaches the command, whose end is recorded', async () => {
		bundle = exported('recorded', '    record: true\n');
		const script = "trap 'echo told; exit 5' TERM; echo up; while :; do sleep 0.1; done";
		const before = recorded('n1').length;
		const job = cluster.start(srun('-w n1', 'sh', '-c', script));
		await until('it runs', () => containers('n1').length === 1);
		const [name = ''] = containers('n1');
		await until('it has begun', () => cluster.tsbox('n1', 'top', name).out.includes('sleep'));
		cluster.run(['scancel', '--user=root']);
		expect((await job).out).toContain('told\n');
		await noJobs();
		await until('it is recorded', () => recorded('n1').length > before);
		expect(recorded('n1')[0]).toMatchObject({name, end: {exitCode: 5}});
	});

	test('Ctrl-C twice ends a job', async () => {
		const job = cluster.start(srun('-N2', 'sh', '-c', 'echo up; sleep 1000'));
		await until('both run', () => nodes.every(node => containers(node).length === 1));
		const pid = cluster.run(['pgrep', '--oldest', '--exact', 'srun']).out.trim();
		cluster.run(['sh', '-c', `kill -INT ${pid}; sleep 0.2; kill -INT ${pid}`]);
		expect((await job).status).not.toBe(0);
		await noJobs();
	});

	test('an ordinary user runs bundles of their own on both nodes, recorded in stores of their own', async () => {
		const spec = `${cluster.home}/own.yaml`;
		const text = `rootfs: ${cluster.shared}/rootfs.tar\ncommand: [id]\nrecord: true\n`;
		writeFileSync(spec, text);
		const own = `${cluster.home}/own`;
		expect(cluster.tsboxOfUser('n1', 'export', 'oci', spec, own)).toMatchObject({
			status: 0,
			err: expect.stringMatching(/^wrote own to .*own\n$/) as string,
		});
		// Root of the container is the user of the job, also for the files of the root filesystem.
		const script = 'id -u; echo made > /made; cat /proc/self/uid_map; exit 4';
		const words = ['srun', '-N2', `--container=${own}`, 'sh', '-c', script];
		const said = cluster.run(words, 'user');
		expect(said.status).toBe(4);
		const map = new RegExp(`^\\s+0\\s+${user.uid}\\s+1$`);
		expect(said.out.split('\n').filter(line => map.test(line))).toHaveLength(2);
		expect(statSync(`${own}/rootfs/made`).uid).toBe(user.uid);
		for (const node of nodes) {
			const [run] = JSON.parse(cluster.tsboxOfUser(node, 'runs', '--json').out) as readonly ListedRun[];
			expect(run).toMatchObject({node, engine: 'slurm', end: {exitCode: 4}});
		}
		// Root takes the records of users too.
		const together = ['--store', `${cluster.shared}/of-users`];
		const stores = nodes.map(node => cluster.store(node, user.name));
		expect(cluster.tsbox('n1', ...together, 'runs', 'import', ...stores)).toMatchObject({status: 0, err: ''});
		expect(recorded('n1', ...together)).toHaveLength(2);
		await noJobs();
	});

	test('50 recorded tasks of an array come together, with node, exit status and lock', async () => {
		bundle = exported('array', '    record: true\n');
		const script = `${cluster.shared}/array.sh`;
		writeFileSync(script, '#!/bin/sh\necho task $SLURM_ARRAY_TASK_ID\nexit $((SLURM_ARRAY_TASK_ID % 3))\n');
		const output = `--output=${cluster.shared}/task-%a`;
		expect(cluster.run(['sbatch', '--wait', '--array=1-50', output, `--container=${bundle}`, script])).toMatchObject({
			status: 2,
		});
		await noJobs();
		const tasks = Array.from({length: 50}, (_, at) => at + 1);
		for (const task of tasks) expect(readFileSync(`${cluster.shared}/task-${task}`, 'utf8')).toBe(`task ${task}\n`);

		const together = ['--store', `${cluster.shared}/together`];
		const imported = cluster.tsbox('n1', ...together, 'runs', 'import', ...nodes.map(node => cluster.store(node)));
		expect(imported).toMatchObject({status: 0, err: ''});
		const lock = `sha256:${createHash('sha256')
			.update(readFileSync(`${bundle}/tsbox.lock`))
			.digest('hex')}`;
		const runs = recorded('n1', ...together).filter(run => run.lock === lock);
		expect(runs).toHaveLength(50);
		expect(new Set(runs.map(({node}) => node))).toEqual(new Set(nodes));
		expect(runs.every(({engine}) => engine === 'slurm')).toBe(true);
		const ended = (code: number): number => runs.filter(({end}) => end.exitCode === code).length;
		expect([0, 1, 2].map(ended)).toEqual([16, 17, 17]);
		const table = cluster.tsbox('n1', ...together, 'runs').out;
		expect(table).toMatch(/NODE .*LOCK/);
		expect(table).toContain(lock.slice('sha256:'.length, 19));
		const shown = cluster.tsbox('n1', ...together, 'runs', 'show', runs[0]?.id ?? '').out;
		expect(shown).toMatch(/^task \d+$/m);
	});
});
