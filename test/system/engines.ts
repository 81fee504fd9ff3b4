import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {until} from './until.ts';

/* Docker and Podman of our own, in a network namespace of their own. */

/** A network namespace with the folders that belong to it, so that the rules of Docker hold for nobody else. */
export interface Machine extends AsyncDisposable {
	readonly folder: string;
	/** The process that holds its namespaces. */
	readonly pid: number;
	/** The words that start a program in it. */
	readonly within: readonly string[];
	readonly out: (...words: readonly string[]) => string;
	/** The control group for its engines, which goes with it. */
	readonly cgroup: string;
	/** The control groups below that one. */
	readonly cgroups: () => readonly string[];
	/** Ends its processes, and leaves its folder. */
	readonly off: () => Promise<void>;
}

/**
 * Makes one. One with a name has that host name and processes of its own, which die with it at once, as those of a
 * computer without power do. Its folder is a new one unless it is given.
 */
export async function machine(name?: string, folder = mkdtempSync(join(tmpdir(), 'tsbox-engines-'))): Promise<Machine> {
	const ready = join(folder, 'ready');
	// A sysfs shows the devices of the network namespace in which it was mounted. The cgroups below it are kept. Podman leaves the files of its
	// network namespaces. Where packets are not yet passed on, Docker would drop those that rules of Podman let through.
	const script = `ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
mkdir -p ${folder}/cgroup
mount --rbind /sys/fs/cgroup ${folder}/cgroup
mount -t sysfs sysfs /sys
mount --rbind ${folder}/cgroup /sys/fs/cgroup
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
touch ${ready}`;
	const kinds = ['--net', '--mount', ...(name === undefined ? [] : ['--uts', '--pid'])];
	const start =
		name === undefined
			? ['sh', '-ec', `${script}\nexec sleep infinity`]
			: // Its first process has to reap: containerd looks for shims that have ended.
				[
					'--fork',
					'--kill-child',
					'--mount-proc',
					'sh',
					'-ec',
					`hostname ${name}\n${script}\nexec tini sleep infinity`,
				];
	rmSync(ready, {force: true});
	const holder = spawn('unshare', [...kinds, ...start], {stdio: 'ignore'});
	await until('it is there', () => existsSync(ready));
	const parent = Number(holder.pid);
	const pid = name === undefined ? parent : Number(readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8'));
	const within = ['nsenter', '--target', String(pid), ...kinds, `--wdns=${folder}`] as const;
	const cgroup = `/${basename(folder)}`;
	const found = (pattern: string) =>
		out('find', '/sys/fs/cgroup', '-depth', '-type', 'd', '-path', pattern).split('\n').filter(Boolean);
	const off = async () => {
		const isGone = () => holder.exitCode !== null || holder.signalCode !== null;
		if (!isGone()) process.kill(pid, 'SIGKILL');
		await until('it is gone', isGone);
		for (const path of [...found(`*${cgroup}/*`), ...found(`*${cgroup}`)]) rmdirSync(path);
	};
	return {
		folder,
		pid,
		within,
		out: (...words) => out(...within, ...words),
		cgroup,
		cgroups: () => found(`*${cgroup}/*`),
		off,
		[Symbol.asyncDispose]: async () => {
			await off();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

function out(program: string, ...words: readonly string[]): string {
	return execFileSync(program, words, {encoding: 'utf8', stdio: 'pipe'});
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

/** Whether Podman is there, with its networks. */
export const hasPodman = has('podman', 'conmon') && existsSync('/usr/lib/podman/netavark');

/** Whether both engines are there. */
export const hasEngines = has('dockerd') && hasPodman;
