import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {testBox} from './box.ts';
import {isAble, left, serves, sleeps, stack} from './network-stack.ts';
import {until} from './until.ts';

/* Networks beside Docker and Podman, with containers of theirs that run: their rules stay as they are. */

/** Where all of a test happens: a network namespace of its own, so that the rules of Docker hold for no other test. */
interface Machine extends AsyncDisposable {
	readonly folder: string;
	/** The words that start a program in it. */
	readonly within: readonly string[];
	readonly out: (...words: readonly string[]) => string;
}

async function machine(): Promise<Machine> {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-engines-'));
	// A sysfs shows the devices of the network namespace in which it was mounted. The cgroups below it are kept.
	const script = `ip link set lo up
mkdir ${folder}/cgroup
mount --rbind /sys/fs/cgroup ${folder}/cgroup
mount -t sysfs sysfs /sys
mount --rbind ${folder}/cgroup /sys/fs/cgroup
touch ${folder}/ready
exec sleep infinity`;
	const holder = spawn('unshare', ['--net', '--mount', 'sh', '-ec', script], {stdio: 'ignore'});
	await until('it is there', () => existsSync(join(folder, 'ready')));
	const within = ['nsenter', '--target', String(holder.pid), '--net', '--mount', `--wd=${folder}`];
	return {
		folder,
		within,
		out: (...words) => execFileSync(within[0] ?? '', [...within.slice(1), ...words], {encoding: 'utf8', stdio: 'pipe'}),
		[Symbol.asyncDispose]: async () => {
			holder.kill('SIGKILL');
			await until('it is gone', () => holder.signalCode !== null);
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

const page = (name: string): readonly string[] => [
	'sh',
	'-c',
	`mkdir /w; echo ${name} > /w/index.html; exec httpd -f -p 80 -h /w`,
];

/** Docker, with a container that serves at a port. */
async function docker({folder, within, out}: Machine, port: number): Promise<AsyncDisposable> {
	const at = join(folder, 'docker');
	mkdirSync(at);
	const places = ['--data-root', `${at}/data`, '--exec-root', `${at}/exec`, '--pidfile', `${at}/pid`];
	const socket = `unix://${at}/socket`;
	const [enter = '', ...into] = within;
	const engine: ChildProcess = spawn(enter, [...into, 'dockerd', ...places, '-H', socket], {stdio: 'ignore'});
	const client = ['docker', '-H', socket];
	await until('Docker answers', () => spawnSync('docker', ['-H', socket, 'version']).status === 0);
	out(...client, 'import', await busyboxFixture(), 'page');
	out(...client, 'run', '-d', '--name', 'page', '-p', `${port}:80`, 'page', ...page('docker'));
	return {
		[Symbol.asyncDispose]: async () => {
			out(...client, 'rm', '-f', 'page');
			engine.kill('SIGTERM');
			await until('Docker is gone', () => engine.exitCode !== null || engine.signalCode !== null);
			const pid = join(at, 'exec/containerd/containerd.pid');
			await until('containerd is gone', () => !existsSync(pid) || !existsSync(`/proc/${readFileSync(pid, 'utf8')}`));
		},
	};
}

/** Podman, with a container that serves at a port. */
async function podman({folder, out}: Machine, port: number): Promise<AsyncDisposable> {
	const at = join(folder, 'podman');
	mkdirSync(join(at, 'networks'), {recursive: true});
	mkdirSync(join(at, 'files'));
	execFileSync('tar', ['-xf', await busyboxFixture(), '-C', join(at, 'files')]);
	const text = `[network]\nnetwork_backend = "netavark"\nnetwork_config_dir = "${at}/networks"\n`;
	writeFileSync(join(at, 'containers.conf'), text);
	const places = [
		'--root',
		`${at}/data`,
		'--runroot',
		`${at}/run`,
		'--runtime',
		'runc',
		'--cgroup-manager',
		'cgroupfs',
	];
	const client = ['env', `CONTAINERS_CONF=${at}/containers.conf`, 'podman', ...places];
	const limits = ['nofile', 'nproc'].flatMap(name => ['--ulimit', `${name}=1024:1024`]);
	const files = ['--rootfs', `${at}/files:O`];
	out(...client, 'run', '-d', '--name', 'page', ...limits, '-p', `${port}:80`, ...files, ...page('podman'));
	return {
		[Symbol.asyncDispose]: async () => {
			out(...client, 'rm', '-f', '-t', '0', 'page');
			out('sh', '-c', `grep -o '${at}[^ ]*' /proc/self/mounts | sort -r | xargs -r umount`);
		},
	};
}

const has = (...names: readonly string[]): boolean =>
	names.every(name => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0);

describe.runIf(isAble && has('dockerd', 'podman') && existsSync('/usr/lib/podman/netavark'))('beside engines', () => {
	test('all published ports are reached, and the rules of Docker and Podman stay as they are', async () => {
		await using box = await testBox();
		await using place = await machine();
		await using _docker = await docker(place, 18_081);
		await using _podman = await podman(place, 18_082);
		const rules = (): string => place.out('nft', '-s', 'list', 'ruleset');
		const links = (): readonly unknown[] => JSON.parse(place.out('ip', '-json', 'address')) as unknown[];
		const before = rules();
		const linksBefore = links();
		expect(before).toMatch(/DOCKER[^]*NETAVARK/);
		const spec = stack(box, {web: `${serves}ports: ["18083:80"]\n`, job: sleeps});
		const tsbox = async (...words: readonly string[]) => box.tsbox(words, {under: place.within});
		expect(await tsbox('up', '-d', spec)).toMatchObject({status: 0});
		const fetched = (port: number): string =>
			place.out('curl', '-sS', '-m', '5', '--retry', '9', '--retry-connrefused', `http://localhost:${port}/`);
		expect([18_081, 18_082, 18_083].map(fetched)).toEqual(['docker\n', 'podman\n', `${box.name}-web\n`]);
		// From a container to those of the others, by the ports of the host.
		const asked = async (url: string) =>
			(await tsbox('exec', `${box.name}-job`, '--', 'curl', '-sS', '-m', '5', url)).out;
		const gateway = place.out('ip', '-4', '-o', 'address', 'show', 'docker0').match(/inet ([\d.]+)/)?.[1];
		expect(await asked(`http://${gateway}:18081/`)).toBe('docker\n');
		expect(await asked(`http://${gateway}:18082/`)).toBe('podman\n');
		// What is not ours is there, byte for byte.
		const table = /^table inet tsbox-\w+ \{\n(?:\t.*\n|\n)*\}\n/gm;
		expect(rules()).toMatch(table);
		expect(rules().replaceAll(table, '')).toBe(before);
		expect(await tsbox('down', '-t', '0', box.name)).toMatchObject({status: 0});
		expect(rules()).toBe(before);
		expect(links().length).toBe(linksBefore.length);
		expect(left(box)).toEqual([]);
	});
});
