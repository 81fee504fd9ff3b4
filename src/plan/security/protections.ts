import {isRange, mappedRoot} from '../../host/id-map.ts';
import type {Protection} from '../../step/verbs/step.ts';
import {boundingSet} from '../../step/verbs/privileges.ts';
import {namespacesOf, type PlanInput} from '../input/input.ts';
import {devicesHeldBy} from '../cgroup/held-devices.ts';
import {pathsLike} from '../mounts/kernel-path-rows.ts';
import {attacks} from './attacks.ts';
import type {SecurityPlan} from './plan-security.ts';

/**
 * Lists what protects the host from this container, and which protections are off, so that a reader can decide whether to
 * trust the container.
 */
export function protections(input: PlanInput, security: SecurityPlan): readonly Protection[] {
	return [...views(input), ...hostFiles(input), ...powers(input, security), ...things(input)].map(each => ({
		...each,
		attack: attacks[each.name],
	}));
}

/** A protection before its attack is added. */
type Told = Omit<Protection, 'attack'> & {readonly name: keyof typeof attacks};

/** What the container can see: namespaces and the root. */
function views(input: PlanInput): readonly Told[] {
	const {extras} = input;
	const namespaces = namespacesOf(input);
	const has = (kind: (typeof namespaces)[number]): boolean => namespaces.includes(kind);
	const sharedWith = (kind: (typeof namespaces)[number]): string | undefined => {
		const joined = input.joined?.find(each => each.kind === kind);
		return joined?.owner?.name ?? joined?.path;
	};
	return [
		{
			name: 'root filesystem',
			on: extras.root === 'pivot',
			stops:
				extras.root === 'pivot'
					? "The host's files have no name in it: the old root was unmounted before any path of the container was looked at, so `..`, symlinks and swapped folders end inside."
					: 'chroot(2) only moves the meaning of `/`: a process with CAP_SYS_CHROOT walks out.',
		},
		{
			name: 'process ids',
			on: has('pid'),
			stops: has('pid')
				? sharedWith('pid') === undefined
					? 'It sees and signals its own processes alone.'
					: `It sees and signals its own processes, and those of ${sharedWith('pid')}, which see it.`
				: 'It shares the process table of the host: it can look at and signal whatever its user may.',
		},
		{
			name: 'network',
			on: has('network'),
			stops: has('network')
				? sharedWith('network') !== undefined
					? `It has the network of ${sharedWith('network')}, with what listens there on 127.0.0.1.`
					: 'It has a loopback of its own and no other way out: services on 127.0.0.1 of the host and abstract sockets are not there.'
				: "It uses the host's network: every service that listens on 127.0.0.1, and abstract sockets.",
		},
		{
			name: 'ipc, hostname, cgroup view',
			on: has('ipc') && has('uts') && has('cgroup'),
			stops:
				has('ipc') && has('uts') && has('cgroup')
					? sharedWith('ipc') !== undefined
						? `It shares memory and message queues with ${sharedWith('ipc')}; the host's name and the names of other cgroups are out of reach.`
						: "Shared memory and message queues of others, the host's name, and the names of other cgroups are out of reach."
					: `It shares with the host: ${(['ipc', 'uts', 'cgroup'] as const).filter(kind => !has(kind)).join(', ')}.`,
		},
	];
}

/** Which host files a container with `rootfs: host` can read. */
function hostFiles({image, hostView}: PlanInput): readonly Told[] {
	if (image.kind !== 'host') return [];
	const {hidden, shown} = hostView;
	const again = shown.length === 0 ? '' : `; ${shown.join(', ')} ${shown.length === 1 ? 'is' : 'are'} shown again`;
	return [
		{
			name: 'files of the host',
			on: hidden.length > 0,
			stops:
				hidden.length > 0
					? `Hidden: ${hidden.map(({path}) => path).join(', ')}${again}. Open: every other file of the host that its user may read.`
					: 'Open: every file of the host that its user may read.',
		},
	];
}

/** What the container may ask of the kernel. */
function powers(input: PlanInput, security: SecurityPlan): readonly Told[] {
	const {extras, config, facts, map} = input;
	const kept = boundingSet(config.process, facts);
	const mapped = namespacesOf(input).includes('user');
	return [
		{
			name: 'user ids',
			on: mapped && !(isRange(map) && mappedRoot(map)[0] === 0),
			stops: !mapped
				? 'Root in here is root of the host (uid 0), held back by what follows; with `userns_mode: auto`, or started by an ordinary user, it is not.'
				: isRange(map)
					? `Root in here is uid ${mappedRoot(map)[0]} of the host${mappedRoot(map)[0] === 0 ? ', as its map of ids asks: its capabilities end at the namespace, but all files of root are its own.' : ', which owns nothing there and may nothing: whatever gets out has no power.'}`
					: 'Root in here is an ordinary user of the host: whatever gets out has no power there.',
		},
		{
			name: 'capabilities',
			// A bare container without a drop keeps all that its caller has.
			on: !extras.privileged && extras.bare?.drops !== false && kept.length < facts.capabilities.length,
			stops: `${kept.length} of ${facts.capabilities.length} are kept${kept.length === 0 ? '' : `: ${kept.map(name => name.slice(4).toLowerCase()).join(', ')}`}. The others are gone for good${lost(kept)}`,
		},
		{
			name: 'no_new_privs',
			on: config.process.noNewPrivileges,
			stops: config.process.noNewPrivileges
				? 'setuid programs and file capabilities give nothing: no way up through sudo, su or a planted binary.'
				: 'setuid programs of the image work, and so do mistakes in them.',
		},
		{
			name: 'seccomp',
			on: security.filter !== null,
			stops:
				security.filter === null
					? 'Every system call of the kernel can be tried, the little-tested ones too.'
					: filtered(input),
		},
		...(config.process.apparmorProfile === undefined && config.process.selinuxLabel === undefined
			? []
			: [
					{
						name: 'security module' as const,
						on: security.labels.length > 0,
						stops: `${config.process.apparmorProfile ?? config.process.selinuxLabel ?? ''} holds whatever the process becomes.`,
					},
				]),
		...(extras.landlock === undefined
			? []
			: [
					{
						name: 'landlock' as const,
						on: security.landlock.length > 0,
						stops: `Files outside ${extras.landlock.map(({path}) => path).join(', ')} do not open, no matter who owns them.`,
					},
				]),
	];
}

/** What the seccomp filter stops. tsbox knows this only for the default profile. */
function filtered({seccomp, extras}: PlanInput): string {
	if (seccomp?.profile !== 'default')
		return `System calls that ${seccomp?.profile ?? 'the profile'} does not let through fail.`;
	const stops =
		'System calls that escapes were built on fail: new user namespaces and mounts, bpf, io_uring, userfaultfd, keyrings, perf, AF_ALG and other rare sockets, and TIOCSTI, which types into a terminal.';
	return extras.addedCapabilities.length === 0
		? stops
		: `${stops} But calls that belong to an added capability are let through.`;
}

/** What the most important capabilities allow; capabilities(7). */
const withoutIt: Readonly<Record<string, string>> = {
	CAP_SYS_ADMIN: 'mounts',
	CAP_SYS_MODULE: 'kernel modules',
	CAP_SYS_RAWIO: 'raw disks',
	CAP_SYS_TIME: 'clock',
	CAP_NET_ADMIN: 'firewall',
};

/** `: no mounts, no clock.`, and what the kept capabilities allow. */
function lost(kept: readonly string[]): string {
	const gone = Object.entries(withoutIt).flatMap(([name, what]) => (kept.includes(name) ? [] : [`no ${what}`]));
	const open = Object.entries(withoutIt).flatMap(([name, what]) => (kept.includes(name) ? [`${what} (${name})`] : []));
	const words = gone.length === 0 ? '.' : `: ${gone.join(', ')}.`;
	return open.length === 0 ? words : `${words} Open to it: ${open.join(', ')}.`;
}

/** The devices of a container of an engine, whose mounts let nodes open. */
function listedDevices(input: PlanInput): Told {
	const on = devicesHeldBy(input) !== 'nothing';
	return {
		name: 'devices',
		on,
		stops: on
			? 'The device cgroup names what may be opened: a node for another device does not open, whoever made it.'
			: 'A device node that it makes opens the disk of the host.',
	};
}

/** What the container could touch or use up. */
function things(input: PlanInput): readonly Told[] {
	const {extras, config, facts} = input;
	const hidden = [...config.linux.maskedPaths, ...config.linux.readonlyPaths].flatMap(path =>
		pathsLike(path, facts.kernelPaths),
	);
	const {memory, cpu, pids} = config.linux.resources;
	const limits = [
		...(memory?.limit === undefined ? [] : ['memory']),
		...(cpu?.quota === undefined ? [] : ['cpu']),
		...(pids === undefined ? [] : ['processes']),
	];
	return [
		{
			name: 'kernel files',
			on: hidden.length > 0,
			stops:
				hidden.length > 0
					? `${hidden.length} paths of /proc and /sys are hidden or read-only, and /sys is read-only: kernel settings, core_pattern, keys and power readings cannot be changed or read.`
					: 'All of /proc and /sys is as on the host, and what root may write it may write.',
		},
		extras.bundle === undefined
			? {
					name: 'devices' as const,
					on: !extras.privileged && extras.bare === undefined,
					stops:
						extras.privileged || extras.bare !== undefined
							? 'A device node that it makes opens the disk of the host.'
							: `/dev has ${facts.devices.length + extras.devices.length} devices and no disk; a node that it makes does not open, because every mount is nodev${facts.cgroup.v1['devices'] === undefined ? '. Linux would take a second list of devices as a BPF program, which no stock tool loads' : ', and the device cgroup names what may be opened'}.`,
				}
			: listedDevices(input),
		{
			name: 'limits',
			on: limits.length > 0,
			stops:
				limits.length > 0
					? `It cannot use up the machine's ${limits.join(', ')}.`
					: 'It may use all memory, processors and process numbers of the machine: see `mem_limit`, `cpus`, `pids_limit`.',
		},
		{
			name: 'terminal, descriptors, environment',
			on: true,
			stops:
				"It gets none of the caller's: a terminal is a new pty, descriptors above 2 are closed, the environment is the spec's; there is no terminal to type into and no descriptor to escape through.",
		},
	];
}
