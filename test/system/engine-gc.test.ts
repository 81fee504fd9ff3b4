import {once} from 'node:events';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {spawn, spawnSync} from 'node:child_process';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {program} from '../support/program.ts';
import {has, type Machine, machine} from './engines.ts';
import {cgroupsOf, parents} from './leftovers.ts';
import {configOf, createIn, forever, runtimeBox} from './runtime-box.ts';
import {dockerWithTsbox, podmanWithTsbox, type RuntimeEngine} from './runtime-engines.ts';
import {added, snapshot} from './snapshot.ts';
import {until} from './until.ts';

/* What `gc` takes of containers whose engine was killed, and what it leaves alone. test/faults/engines.test.ts kills the runtime. */

/** The processes of an engine with this word and the folder of the machine on their command line. */
function engineProcesses(word: string, {folder}: Machine): readonly number[] {
	return readdirSync('/proc')
		.filter(pid => {
			try {
				const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
				return words.split('\0')[0]?.endsWith(word) === true && words.includes(folder);
			} catch {
				return false;
			}
		})
		.map(Number);
}

async function killAll(pids: readonly number[]): Promise<void> {
	expect(pids).not.toEqual([]);
	for (const pid of pids) process.kill(pid, 'SIGKILL');
	await until('they have ended', () => pids.every(pid => !parents().has(pid)));
}

describe.runIf(process.getuid?.() === 0)('gc', () => {
	let place: Machine;
	beforeEach(async () => {
		place = await machine();
	});
	afterEach(() => place[Symbol.asyncDispose]());

	/** The first process of the only container, which runs. */
	const started = (engine: RuntimeEngine): number => {
		expect(engine.run(['run', '-d', '--name', 'web', 'bb', 'sleep', '1000'])).toMatchObject({status: 0});
		return Number(engine.run(['inspect', '-f', '{{.State.Pid}}', 'web']).out);
	};
	/** It is left alone by `gc`, and by a start of another container. */
	const isLeftAlone = (engine: RuntimeEngine, pid: number): void => {
		expect(engine.tsbox('gc')).toMatchObject({status: 0, err: 'nothing was left behind\n'});
		expect(parents().has(pid)).toBe(true);
		expect(engine.containers()).toHaveLength(1);
	};
	const isTaken = async (engine: RuntimeEngine, pid: number): Promise<void> => {
		const spec = join(place.folder, 'other.yaml');
		writeFileSync(spec, `name: other-${basename(place.folder).toLowerCase()}\nrootfs: host\n`);
		expect(engine.tsbox('run', spec, '--', 'true')).toMatchObject({status: 0});
		expect(parents().has(pid)).toBe(true);
		expect(engine.tsbox('ps').out).toContain('running');
		expect(engine.tsbox('gc')).toMatchObject({status: 0, err: '1 leftover removed\n'});
		await until('it has ended', () => !parents().has(pid));
		expect([...engine.containers(), ...place.cgroups()]).toEqual([]);
		expect(engine.tsbox('gc').err).toBe('nothing was left behind\n');
	};

	test.runIf(has('dockerd', 'docker'))(
		'takes a container whose daemon and shim were killed, and Docker starts it again',
		async () => {
			await using docker = await dockerWithTsbox(place, {'live-restore': true});
			const pid = started(docker);
			isLeftAlone(docker, pid);
			await docker.crash();
			isLeftAlone(docker, pid);
			await killAll(engineProcesses('containerd-shim-runc-v2', place));
			await isTaken(docker, pid);
			await docker.start();
			expect(docker.run(['start', 'web'])).toMatchObject({status: 0});
			isLeftAlone(docker, Number(docker.run(['inspect', '-f', '{{.State.Pid}}', 'web']).out));
		},
	);

	test.runIf(has('podman', 'conmon'))('takes a container whose conmon was killed, and Podman removes it', async () => {
		await using podman = await podmanWithTsbox(place);
		const pid = started(podman);
		isLeftAlone(podman, pid);
		await killAll(engineProcesses('conmon', place));
		await isTaken(podman, pid);
		// Podman learns of it by the signal that it cannot send, as with runc.
		podman.run(['rm', '-f', '-t', '0', 'web']);
		expect(podman.run(['rm', '-f', '-t', '0', 'web'])).toMatchObject({status: 0});
	});

	test.each([
		{options: [], isLeft: false},
		// An engine that asks for it, as Slurm does, calls `delete` afterwards.
		{options: ['--keep'], isLeft: true},
	])('knows what a killed `run` has left, with options $options', async ({options, isLeft}) => {
		using at = await runtimeBox();
		const gc = () => spawnSync(program, ['--state', `${at.folder}/state`, '--store', `${at.folder}/store`, 'gc']);
		const [command = '', ...words] = at.command;
		const bundle = at.bundle(configOf(at, forever));
		const child = spawn(command, [...words, 'run', ...options, '--bundle', bundle, 'c'], {stdio: 'ignore', env: {}});
		const ended = once(child, 'exit');
		await until('it runs', () => existsSync(`${at.folder}/rootfs/printed`));
		await until('it can be entered', () => at.oci('state', 'c').status === 0 && at.status('c') === 'running');
		const {pid} = JSON.parse(at.oci('state', 'c').out) as {pid: number};
		expect(gc().status).toBe(0);
		expect(at.status('c')).toBe('running');
		child.kill('SIGKILL');
		await ended;
		await until('it has ended', () => !parents().has(pid));
		expect(gc().status).toBe(0);
		expect(at.left()).toHaveLength(isLeft ? 2 : 0);
		expect(at.oci('delete', '--force', 'c')).toMatchObject({status: 0, log: undefined});
		expect([...at.left(), ...cgroupsOf(basename(at.folder))]).toEqual([]);
	});

	test('takes what is of an earlier boot', async () => {
		using at = await runtimeBox();
		const name = basename(at.folder);
		const gc = () => spawnSync(program, ['--state', `${at.folder}/state`, '--store', `${at.folder}/store`, 'gc']);
		createIn(at);
		at.oci('delete', '--force', 'c');
		gc();
		const before = snapshot(name, at.folder, {processes: true});
		at.bundle(configOf(at, 'true'));
		createIn(at, 'sleep 1000');
		const [conf = ''] = readdirSync(`${at.folder}/state/containers`);
		const file = `${at.folder}/state/containers/${conf}/record.json`;
		const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
		writeFileSync(file, readFileSync(file, 'utf8').replace(boot, 'another-boot'));
		expect(gc().status).toBe(0);
		expect(added(before, snapshot(name, at.folder, {processes: true}))).toEqual([]);
		expect(at.oci('delete', '--force', 'c')).toMatchObject({status: 0, log: undefined});
	});
});
