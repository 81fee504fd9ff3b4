import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {join} from 'node:path';
import {rootFolder, rootfs, scratch, shell} from './scale-setup.ts';

/** Another engine: what a line of sh(1) needs to have the same containers from it. */
export interface Peer {
	readonly name: 'podman' | 'docker';
	/** Up to the options of `run`. */
	readonly run: string;
	/** What stands for the root filesystem, after all options. */
	readonly image: string;
	/** The command line up to the verb. */
	readonly client: string;
	/** Whether a process, by its command line, is kept for one container. */
	readonly keeps: (words: string) => boolean;
	/** Whether a process is there for all containers. */
	readonly servesAll: (words: string) => boolean;
	/** Prints what a container of this name printed; each whole line once. */
	readonly printed: (name: string) => string;
	/** Options that have the output kept where `printed` finds it. */
	readonly logging: (name: string) => string;
}

/** The label of every container that is a peer's. */
const label = 'tsbox-scale';
/** What tsbox gives its containers too. */
const limits = '--network none --ulimit nofile=1024:4096 --ulimit nproc=1024:4096';

function podman(): Peer | undefined {
	if (spawnSync('podman', ['--version']).status !== 0) return undefined;
	const client = 'podman --runtime runc --cgroup-manager=cgroupfs';
	return {
		name: 'podman',
		client,
		run: `${client} run --label ${label} ${limits}`,
		image: `--rootfs ${rootFolder()}:O`,
		keeps: words => /^\S*conmon /.test(words),
		servesAll: () => false,
		logging: name => `--log-driver k8s-file --log-opt path=${scratch}/${name}.log`,
		// A line that conmon read in two parts has two entries, the first of them tagged P: the log format of the Kubernetes CRI.
		printed: name => `awk '{ text = text $4 } $3 == "F" { print text; text = "" }' ${scratch}/${name}.log`,
	};
}

let engine: ChildProcess | undefined;

/** An engine of docker's of our own, without a network; undefined where none can be started. */
async function docker(): Promise<Peer | undefined> {
	if (spawnSync('dockerd', ['--version']).status !== 0) return undefined;
	const folder = join(scratch, 'docker');
	mkdirSync(folder);
	const socket = `unix://${folder}/socket`;
	const places = ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`];
	const network = ['--bridge=none', '--iptables=false', '--ip-forward=false', '--ip-masq=false'];
	engine = spawn('dockerd', [...places, ...network, '-H', socket], {stdio: 'ignore'});
	const client = `docker -H ${socket}`;
	for (let tries = 0; spawnSync('sh', ['-c', `${client} version`]).status !== 0; tries++) {
		if (tries === 100 || engine.exitCode !== null) return undefined;
		await delay(100);
	}
	shell(`${client} import ${rootfs} tsbox-scale`);
	return {
		name: 'docker',
		client,
		run: `${client} run --label ${label} ${limits}`,
		image: 'tsbox-scale',
		keeps: words => /^\S*containerd-shim/.test(words) && words.includes(folder),
		servesAll: words => /^(\S*\/)?(dockerd|containerd) /.test(words) && words.includes(folder),
		logging: () => '--log-driver json-file',
		printed: name => `${client} logs ${name} 2>/dev/null`,
	};
}

/** The engines that this machine can have. */
export const peers: readonly Peer[] = [podman(), await docker()].filter(each => each !== undefined);

/** How many containers of a peer's run. */
export function runningOf({client}: Peer): number {
	return shell(`${client} ps -q --filter label=${label}`).split('\n').length - 1;
}

/** Removes all containers of a peer's. */
export function removeAll({client}: Peer): void {
	const force = client.startsWith('podman') ? '-f -t 0' : '-f';
	shell(`${client} ps -aq --filter label=${label} | xargs -r ${client} rm ${force} >/dev/null 2>&1`);
}

/** Takes away what is left of the peers'. */
export async function leavePeers(): Promise<void> {
	for (const peer of peers) removeAll(peer);
	if (engine === undefined) return;
	engine.kill('SIGTERM');
	const pid = join(scratch, 'docker/exec/containerd/containerd.pid');
	const isThere = (): boolean => existsSync(pid) && existsSync(`/proc/${readFileSync(pid, 'utf8')}`);
	while (engine.exitCode === null && engine.signalCode === null) await delay(50);
	for (let tries = 0; isThere() && tries < 100; tries++) await delay(50);
	shell(`grep -o '${scratch}/docker[^ ]*' /proc/self/mounts | sort -r | xargs -r umount`);
}
