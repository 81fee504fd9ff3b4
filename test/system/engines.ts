import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {until} from './until.ts';

/* Docker and Podman of our own, in a network namespace of their own. */

/** A network namespace with the folders that belong to it, so that the rules of Docker hold for nobody else. */
export interface Machine extends AsyncDisposable {
	readonly folder: string;
	/** The words that start a program in it. */
	readonly within: readonly string[];
	readonly out: (...words: readonly string[]) => string;
}

/** Makes one. */
export async function machine(): Promise<Machine> {
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

/** An engine with one container. Disposal takes both away. */
export interface Engine extends AsyncDisposable {
	/** The first process of the container. */
	readonly pid: number;
}

const page = (name: string): readonly string[] => [
	'sh',
	'-c',
	`mkdir /w; echo ${name} > /w/index.html; exec httpd -f -p 80 -h /w`,
];

/** Starts Docker, with a container `page` that serves at a port. */
export async function docker({folder, within, out}: Machine, port: number): Promise<Engine> {
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
		pid: Number(out(...client, 'inspect', '-f', '{{.State.Pid}}', 'page')),
		[Symbol.asyncDispose]: async () => {
			out(...client, 'rm', '-f', 'page');
			engine.kill('SIGTERM');
			await until('Docker is gone', () => engine.exitCode !== null || engine.signalCode !== null);
			const pid = join(at, 'exec/containerd/containerd.pid');
			await until('containerd is gone', () => !existsSync(pid) || !existsSync(`/proc/${readFileSync(pid, 'utf8')}`));
		},
	};
}

/** Starts a container `page` of Podman that serves at a port. */
export async function podman({folder, out}: Machine, port: number): Promise<Engine> {
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
		pid: Number(out(...client, 'inspect', '-f', '{{.State.Pid}}', 'page')),
		[Symbol.asyncDispose]: async () => {
			out(...client, 'rm', '-f', '-t', '0', 'page');
			out('sh', '-c', `grep -o '${at}[^ ]*' /proc/self/mounts | sort -r | xargs -r umount`);
		},
	};
}

/** Whether all of these programs are there. */
export function has(...names: readonly string[]): boolean {
	return names.every(name => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0);
}

/** Whether both engines are there, with the networks of Podman. */
export const hasEngines = has('dockerd', 'podman') && existsSync('/usr/lib/podman/netavark');
