import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** The word that the command of each container prints: what fails quickly is not taken for quick. */
export const word = 'ran';

/** The command of each container. */
export const command: readonly string[] = ['echo', word];

/** What the whole output of a container is. */
export const printed = /^ran\r?\n$/;

/** One way to run the command, told as a command line. */
export interface Peer {
	readonly name: string;
	readonly words: readonly string[];
}

/** The mounts that tsbox gives a container by default, in the words of the OCI runtime specification. */
const mounts = [
	{destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev']},
	{destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k']},
	{
		destination: '/dev/pts',
		type: 'devpts',
		source: 'devpts',
		options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
	},
	{
		destination: '/dev/shm',
		type: 'tmpfs',
		source: 'shm',
		options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
	},
	{destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev']},
	{destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro']},
	{destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'ro']},
];

/** Writes a bundle for runc(8) and crun(1) over `root`. */
function bundle(folder: string, root: string, args: readonly string[], cgroup: string): string {
	mkdirSync(folder, {recursive: true});
	execFileSync('runc', ['spec', '--bundle', folder]);
	const file = join(folder, 'config.json');
	const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>;
	config['process'] = {...config['process'], terminal: false, args};
	config['root'] = {path: root, readonly: false};
	config['linux'] = {...config['linux'], cgroupsPath: cgroup};
	writeFileSync(file, JSON.stringify({...config, mounts}));
	return folder;
}

/** The bundle of a container that stays, for verbs of runtimes. */
export function sleepingBundle(folder: string, root: string, cgroup = '/bench-sleeper'): string {
	return bundle(folder, root, ['sleep', '1000'], cgroup);
}

/**
 * The other programs that start a container from the root filesystem `root`, all with the same bundle where they take one; no path has a
 * space; `lane` is part of the names, so that several can run at once.
 */
export function peers(folder: string, root: string, lane = ''): readonly Peer[] {
	const runc = bundle(join(folder, `runc${lane}`), root, command, `/bench-runc${lane}`);
	const crun = bundle(join(folder, `crun${lane}`), root, command, `/bench-crun${lane}`);
	const run = command.join(' ');
	const lines: Readonly<Record<string, string>> = {
		'bare unshare(1)': `unshare -mpuinC --fork ${run}`,
		'crun run': `crun --cgroup-manager=cgroupfs run --bundle ${crun} bench-crun${lane}`,
		'runc run': `runc run --bundle ${runc} bench-runc${lane}`,
		bwrap: `bwrap --unshare-all --cap-drop ALL --bind ${root} / --proc /proc --dev /dev --tmpfs /dev/shm --mqueue /dev/mqueue --ro-bind /sys /sys ${run}`,
		'podman run': `podman --cgroup-manager=cgroupfs run --rm --network none --ulimit nofile=1024:4096 --ulimit nproc=1024:4096 --rootfs ${root}:O ${run}`,
		'systemd-nspawn': `systemd-nspawn --quiet --register=no --keep-unit --private-network -D ${root} ${run}`,
	};
	return Object.entries(lines).map(([name, line]) => ({name, words: line.split(' ')}));
}
