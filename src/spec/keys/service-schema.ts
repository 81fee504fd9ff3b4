import * as z from 'zod/mini';
import {parseCapability} from '../values/capability.ts';
import {parseName} from '../values/container-name.ts';
import {checkPath, parseContainerPath, parseMountTarget} from '../values/container-path.ts';
import {parseCpuset} from '../values/cpuset.ts';
import {parseDevice} from '../values/device.ts';
import {dependsOn} from '../values/depends-on.ts';
import {parseDuration} from '../values/duration.ts';
import {healthcheck} from '../values/healthcheck.ts';
import {hooks} from '../values/hook.ts';
import {parseHostName} from '../values/host-name.ts';
import {landlockRights} from '../values/landlock.ts';
import {propagations} from '../values/mount-options.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {makePorts, parsePort} from '../values/port.ts';
import {namespaceKinds, usernsModes} from '../model/project.ts';
import {logging} from '../values/logging.ts';
import {numberIn, parseBoolean} from '../syntax/scalar.ts';
import {
	described,
	key,
	mapOrList,
	parsedBy,
	refuse,
	text,
	textOrBoolean,
	textOrNumber,
	texts,
} from '../values/schema-parts.ts';
import {mostReplicas} from './replicas.ts';
import {parseRestart} from '../model/restart.ts';
import {parseSecurityOption} from '../values/security-option.ts';
import {splitShellWords} from '../syntax/shell-words.ts';
import {parseSignal} from '../values/signal.ts';
import {parseMemoryLimit, parsePositiveSize, parseSwapSize} from '../values/size.ts';
import {capabilityText, durationText, sizeText, swapSizeText} from '../values/spelled-values.ts';
import {ulimitNames} from '../values/ulimit.ts';
import {parseGroup, parseUser} from '../values/user.ts';
import {parseSource, parseTmpfs, parseVolume} from '../values/volume.ts';
import {parseVolumeName} from '../values/named-volume.ts';
import {parseProfile} from './profiles.ts';

const boolean = () => parsedBy(textOrBoolean, parseBoolean);
const number = (...range: Parameters<typeof numberIn>) => parsedBy(textOrNumber, numberIn(...range));

const words = z.union([parsedBy(text, splitShellWords), texts], {error: 'must be text or a list of text'});

const bindOptions = z.strictObject(
	{
		propagation: key('How mounts made later spread between host and container.', z.enum(propagations)),
		create_host_path: key('Make the source a folder when it is not there; false by default.', boolean()),
		recursive: key(
			'Whether the mounts below the source come along.',
			z.enum(['enabled', 'disabled'], {error: 'must be `enabled` or `disabled`'}),
		),
	},
	{error: 'must be a map'},
);

const longBind = z.strictObject({
	type: z.literal('bind'),
	source: described('The path on the host; relative to the folder of the spec.', parsedBy(text, parseSource)),
	target: described('The absolute path in the container.', parsedBy(text, parseMountTarget)),
	read_only: key('Refuse writes.', boolean()),
	bind: key('Options of a bind mount.', bindOptions),
});

const longTmpfs = z.strictObject({
	type: z.literal('tmpfs'),
	target: described('The absolute path in the container.', parsedBy(text, parseMountTarget)),
	read_only: key('Refuse writes.', boolean()),
	tmpfs: key(
		'Options of a tmpfs.',
		z.strictObject({
			size: key('The most it may hold, such as `64m`.', parsedBy(sizeText, parsePositiveSize)),
			mode: key('Permission bits of its root in octal, such as `1777`.', textOrNumber),
		}),
	),
});

const volumeOptions = z.strictObject(
	{
		nocopy: key('Do not begin with what the image has at the target.', boolean()),
		subpath: key('A folder of the volume.', refuse(text, 'is not taken', 'mount the volume whole')),
	},
	{error: 'must be a map'},
);

const longVolume = z.strictObject({
	type: z.literal('volume'),
	source: described('The volume: its key under `volumes`.', parsedBy(text, parseVolumeName)),
	target: described('The absolute path in the container.', parsedBy(text, parseMountTarget)),
	read_only: key('Refuse writes.', boolean()),
	volume: key('Options of a named volume.', volumeOptions),
});

const volume = z.union(
	[
		parsedBy(z.string(), parseVolume),
		z.discriminatedUnion('type', [longBind, longTmpfs, longVolume], {
			error: 'must be `bind`, `volume` or `tmpfs`',
		}),
	],
	{error: 'must be `SOURCE:TARGET[:ro]`, or a map with `type`, `source` and `target`'},
);

const longPort = parsedBy(
	z.strictObject({
		target: described('The port in the container.', textOrNumber),
		published: key('The port on the host, or a range.', textOrNumber),
		host_ip: key('The address on the host to listen at.', text),
		protocol: key('`tcp`, `udp` or `sctp`.', text),
		mode: key('Accepted for compose; it means nothing on one machine.', z.enum(['host', 'ingress'])),
		name: key('A name for people.', text),
		app_protocol: key('The protocol spoken over the port, for people.', text),
	}),
	port => makePorts({target: port.target, published: port.published, hostIp: port.host_ip, protocol: port.protocol}),
);

const limit = number({min: 0, max: Number.MAX_SAFE_INTEGER, also: -1});
const ulimit = parsedBy(
	z.union([limit, z.strictObject({soft: limit, hard: limit})], {error: 'must be a number, or `soft` and `hard`'}),
	(value): Parsed<{soft: number; hard: number}> => {
		const {soft, hard} = typeof value === 'number' ? {soft: value, hard: value} : value;
		const reach = (n: number) => (n === -1 ? Number.POSITIVE_INFINITY : n);
		if (reach(soft) <= reach(hard)) return good({soft, hard});
		return bad(`has the soft limit ${quoted(soft)} above the hard limit ${quoted(hard)}`);
	},
);

const envFile = z.union(
	[
		z.string(),
		z.strictObject({
			path: described('The file; relative to the folder of the spec.', text),
			required: key('Whether a missing file is an error; true by default.', boolean()),
			format: key('`raw` takes values as they are: no quotes, no variables.', z.enum(['raw'])),
		}),
	],
	{error: 'must be a path, or a map with `path`'},
);

const landlockRule = z.strictObject(
	{
		path: described('The absolute path in the container; it and all below it.', parsedBy(text, parseContainerPath)),
		access: described(
			'What may be done there: `read-file`, `read-dir`, `write-file`, `execute`, `make-reg` and so on.',
			z.array(z.enum(landlockRights), {error: 'must be a list'}),
		),
	},
	{error: 'must be a map with `path` and `access`'},
);

const cpus = number({min: 0.01, max: 65_536, fractions: true});
const pids = number({min: 1, max: 4_194_304, also: -1});

const replicas = number({min: 0, max: mostReplicas});

const deploy = z.strictObject({
	replicas: key('As `scale`.', replicas),
	resources: key(
		'What the container may use.',
		z.strictObject({
			limits: key(
				'The most it may use.',
				z.strictObject({
					cpus: key('As `cpus`.', cpus),
					memory: key('As `mem_limit`.', parsedBy(sizeText, parseMemoryLimit)),
					pids: key('As `pids_limit`.', pids),
				}),
			),
		}),
	),
});

const hostRootfs = z.strictObject({
	host: described(
		'An overlay over the root of this machine.',
		z.strictObject({
			show: described(
				'Hidden paths to show all the same: a path that is hidden, or a folder below one. `tsbox plan --explain` lists what is hidden.',
				z.array(parsedBy(text, checkPath), {error: 'must be a list of paths'}),
			),
		}),
	),
});

const root = z.enum(['pivot', 'chroot'], {error: 'must be `pivot` or `chroot`'});

/** The keys of a container, under `services:` or at the top of the file, and what they mean. */
export const serviceShape = {
	container_name: key('The name of the container.', parsedBy(text, parseName)),
	rootfs: described(
		'What the root is made of: an archive as `docker export` writes it, a folder, or `host` for an overlay over the root of this machine, in which home folders, keys, sockets and other containers are hidden.',
		z.union([z.string(), hostRootfs], {
			error: 'must be an archive, a folder, `host`, or `host` with `show` below it',
		}),
	),
	entrypoint: key('What is put before `command`; a string is split as a shell does.', words),
	command: key('The program and its arguments; a string is split as a shell does. `/bin/sh` by default.', words),
	environment: key('Environment variables; a name without a value takes it from the caller.', mapOrList),
	env_file: key(
		'Files with environment variables; later files win, `environment` wins over all.',
		z.union([envFile, z.array(envFile)], {error: 'must be a path or a list of paths'}),
	),
	working_dir: key('The folder that the command starts in.', parsedBy(text, parseContainerPath)),
	user: key('The user that the command runs as: `user[:group]`, names or numbers.', parsedBy(textOrNumber, parseUser)),
	group_add: key('More groups of the user.', z.array(parsedBy(textOrNumber, parseGroup), {error: 'must be a list'})),
	hostname: key('The host name that the container sees; its name by default.', parsedBy(text, parseHostName)),
	domainname: key('The NIS domain name that the container sees.', parsedBy(text, parseHostName)),
	volumes: key(
		'Folders and files of the host, named volumes, and tmpfs, that are mounted.',
		z.array(volume, {error: 'must be a list'}),
	),
	tmpfs: key(
		'Empty file systems in memory: `/run` or `/run:size=64m,mode=755`.',
		z.union([parsedBy(z.string(), parseTmpfs), z.array(parsedBy(text, parseTmpfs))], {
			error: 'must be a path or a list of paths',
		}),
	),
	ports: key(
		'Ports to publish. None is published yet: with the network of the host (no `network` in `namespaces`) the command listens on the host itself.',
		z.array(z.union([parsedBy(textOrNumber, parsePort), longPort], {error: 'must be a port, or a map with `target`'}), {
			error: 'must be a list',
		}),
	),
	read_only: key('Mount the root read-only.', boolean()),
	mem_limit: key('The most memory it may use, such as `100m`.', parsedBy(sizeText, parseMemoryLimit)),
	memswap_limit: key(
		'Memory and swap together; the same as `mem_limit` means no swap, -1 means unlimited swap.',
		parsedBy(swapSizeText, parseSwapSize),
	),
	mem_reservation: key('Memory that is left to it when the host runs short.', parsedBy(sizeText, parsePositiveSize)),
	shm_size: key('The size of /dev/shm.', parsedBy(sizeText, parsePositiveSize)),
	cpus: key('How many processors it may keep busy, such as `0.5`.', cpus),
	cpu_shares: key('Its share of the processors when they are all busy; 1024 is usual.', number({min: 2, max: 262_144})),
	cpuset: key('The processors it may run on, such as `0-2,4`.', parsedBy(textOrNumber, parseCpuset)),
	pids_limit: key('How many processes and threads it may have; -1 is unlimited.', pids),
	blkio_config: key(
		'Limits of block devices.',
		z.strictObject({weight: key('Its share of the disk when that is busy.', number({min: 10, max: 1000}))}),
	),
	ulimits: key('Limits of setrlimit(2), such as `nofile`.', z.partialRecord(z.enum(ulimitNames), ulimit)),
	sysctls: key('Kernel parameters of its own namespaces.', mapOrList),
	oom_score_adj: key('How likely the kernel kills it first when memory is short.', number({min: -1000, max: 1000})),
	namespaces: key(
		'Which namespaces are new; the others are those of the host. All but `time` and `user` by default.',
		z.array(z.enum(namespaceKinds), {error: 'must be a list'}),
	),
	userns_mode: key(
		'`auto`: root of the container is no root of the host, it and all others have subordinate ids (subuid(5)); `host`: the ids of the host.',
		z.enum(usernsModes),
	),
	root: key('How the root becomes the root: pivot_root(2) by default, or chroot(2).', root),
	cap_add: key('Capabilities that are added to the default ones.', z.array(parsedBy(capabilityText, parseCapability))),
	cap_drop: key('Capabilities that are taken away; `ALL` for all.', z.array(parsedBy(capabilityText, parseCapability))),
	privileged: key(
		'All capabilities, no seccomp filter, nothing of /proc and /sys hidden: the container is no longer a boundary.',
		boolean(),
	),
	security_opt: key(
		'`seccomp=FILE` or `seccomp=unconfined`, `apparmor=PROFILE`, `label=type:TYPE`, `systempaths=unconfined`; `no-new-privileges:false` lets setuid programs gain privileges.',
		z.array(parsedBy(text, parseSecurityOption), {error: 'must be a list'}),
	),
	devices: key(
		'Devices of the host: `/dev/fuse`, `/dev/sda:/dev/xvda:r`.',
		z.array(parsedBy(text, parseDevice), {error: 'must be a list'}),
	),
	landlock: key(
		'Paths that the command may touch, by the Landlock security module; all others are closed to it.',
		z.array(landlockRule, {error: 'must be a list'}),
	),
	init: key('Run a small init as the first process, which reaps orphans.', boolean()),
	stop_signal: key('The signal that asks it to stop; SIGTERM by default.', parsedBy(textOrNumber, parseSignal)),
	stop_grace_period: key(
		'How long it may take to stop before it is killed; 10s by default.',
		parsedBy(durationText, parseDuration),
	),
	restart: key(
		'When a detached container is started again: `no`, `always`, `unless-stopped`, `on-failure[:N]`.',
		parsedBy(textOrBoolean, parseRestart),
	),
	depends_on: key('The services that must be there first.', dependsOn),
	profiles: key(
		'It is there only when one of these is active: `--profile`, or COMPOSE_PROFILES.',
		z.array(parsedBy(text, parseProfile), {error: 'must be a list'}),
	),
	healthcheck: key('How it is asked whether it is well.', healthcheck),
	post_start: key('Commands that are run in the container right after its start.', hooks),
	pre_stop: key('Commands that are run in the container before it is asked to stop.', hooks),
	scale: key('How many containers of it run in the background; 1 by default.', replicas),
	logging: key('How much output of a detached container is kept.', logging),
	labels: key('Metadata for people and tools.', mapOrList),
	tty: key('Give it a terminal of its own.', boolean()),
	stdin_open: key('Keep its standard input open.', boolean()),
	reproducible: key(
		'The same from run to run: names, variables, clocks since boot, addresses, one processor, no network; see docs/reproducible.md.',
		boolean(),
	),
	keep: key('Keep the writable layer for the next start.', boolean()),
	record: key(
		'Keep a record of each run, which `tsbox replay` runs again; of a container that a supervisor looks after the ten newest stay.',
		boolean(),
	),
	cgroup_parent: key('The control group under which its own is made.', parsedBy(text, parseCgroupParent)),
	deploy: key('The number of containers and their limits in the words of `deploy`.', deploy),
};

/** A container under `services:`. */
export const serviceSchema = z.strictObject(serviceShape, {error: 'must be a map'});

/** What the schema makes of a container: sizes are bytes, durations milliseconds, sources still as written. */
export type ServiceInput = z.output<typeof serviceSchema>;

/** The folder of cgroups that a container's own is made in: plain names, which lead nowhere else. */
export function parseCgroupParent(path: string): Parsed<string> {
	const trimmed = path.replace(/^\/|\/$/g, '');
	const valid = trimmed.split('/').every(name => /^[a-zA-Z0-9_.:@\\-]{1,255}$/.test(name) && !/^\.\.?$/.test(name));
	return valid ? good(trimmed) : bad(`must be a path of plain names below the cgroup mount, not ${quoted(path)}`);
}
