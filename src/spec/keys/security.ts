import {namespaceKinds, usernsModes} from '../model/project.ts';
import {modeWord} from '../model/namespace-mode.ts';
import {parseCapability} from '../values/capability.ts';
import {landlockRights} from '../values/landlock.ts';
import {namespaceModeParser} from '../namespaces/parse-mode.ts';
import {parseSecurityOption} from '../values/security-option.ts';
import {cdiWord} from '../values/cdi.ts';
import {parseDeviceRule} from '../values/device-rule.ts';
import {deviceWord} from '../values/shown-values.ts';
import {parseVethAddress} from './bare.ts';
import {flag, key, kind, names, numbered, oneOf, parsed, row, showNames} from './key.ts';

/** Whose namespace of a kind a container is in. */
function namespaceMode<const W extends string>(words: readonly [W, ...W[]]) {
	return kind({
		written: w => w.parsedBy(w.text, namespaceModeParser(words)),
		recorded: r => r.namespaceMode(words),
		show: modeWord,
	});
}

/** Keys for isolation from the host and for privileges. */
export const securityKeys = {
	namespaces: row({
		example: ['mount', 'pid', 'uts', 'ipc'],
		about: 'Which namespaces are new; the others are those of the host. All but `time` and `user` by default.',
		also: ['unshare', 'namespace', 'ns', 'clone_flags'],
		isPlain: true,
		written: w => w.list(w.oneOf(namespaceKinds)),
		recorded: {namespaces: r => r.array(r.oneOf(namespaceKinds))},
		show: ({namespaces = []}) => showNames(namespaces),
	}),
	pid: key('pid', {
		...namespaceMode(['host']),
		example: 'host',
		about:
			'Whose processes it sees: `host`, or those of another container: `service:NAME`, `container:NAME`. Its own by default.',
		also: ['pid_mode'],
	}),
	ipc: key('ipc', {
		...namespaceMode(['host', 'private', 'shareable']),
		example: 'shareable',
		about:
			'Whose System V and POSIX message queues, semaphores and shared memory it has: `private` (the default), `shareable` for others to join, `host`, or those of another container: `service:NAME`, `container:NAME`. /dev/shm is its own in any case.',
		also: ['ipc_mode'],
	}),
	uts: key('uts', {
		...oneOf(['host'], 'must be `host`'),
		example: 'host',
		about: '`host`: it has the host name of the host, and cannot change it.',
		also: ['uts_mode'],
		isPlain: true,
	}),
	cgroup: key('cgroup', {
		...oneOf(['host', 'private'], 'must be `host` or `private`'),
		example: 'host',
		about:
			'`host`: it sees the paths of its control groups as the host does. `private` by default: its own is the root.',
		also: ['cgroupns_mode', 'cgroupns'],
		isPlain: true,
	}),
	userns_mode: key('usernsMode', {
		...oneOf(usernsModes),
		example: 'auto',
		about:
			'`auto`: root of the container is no root of the host, it and all others have subordinate ids (subuid(5)); `host`: the ids of the host.',
		also: ['user_ns', 'userns', 'user_namespace', 'idmap', 'usernamespace'],
		option: {name: '--userns', given: ({userns}) => userns},
	}),
	root: key('root', {
		...oneOf(['pivot', 'chroot'], 'must be `pivot` or `chroot`'),
		example: 'chroot',
		about: 'How the root becomes the root: pivot_root(2) by default, or chroot(2).',
		isPlain: true,
		fallback: 'pivot',
	}),
	profile: key('profile', {
		...oneOf(['bare'], 'must be `bare`'),
		about:
			'`bare`: a container without protection, to learn with. Only what the spec asks for is made: no overlay, no cgroup, no seccomp filter, no namespace, and all capabilities stay.',
		example: 'bare',
		exampleWith: {rootfs: 'minimal'},
		isPlain: true,
	}),
	overlay: key('overlay', {
		...flag,
		about: 'With `profile: bare`: a writable layer over the root filesystem. Other containers always have one.',
		example: true,
		exampleWith: {rootfs: 'minimal', profile: 'bare', namespaces: ['mount', 'pid']},
		isPlain: true,
	}),
	veth: key('veth', {
		...parsed(s => s.text, parseVethAddress),
		about:
			'With `profile: bare`: a pair of network devices, one in the container and one on the host. The value is the address of the container, `10.9.8.2/30`; the host has the other one of the two.',
		example: '10.9.8.2/30',
		exampleWith: {rootfs: 'minimal', profile: 'bare', namespaces: ['network']},
		isPlain: true,
	}),
	cap_add: key('capAdd', {
		...names(parsed(s => s.capabilityText, parseCapability)),
		example: ['NET_ADMIN'],
		about: 'Capabilities that are added to the default ones.',
		also: ['caps', 'cap', 'capabilities', 'add_caps'],
		isPlain: true,
		fallback: [],
	}),
	cap_drop: key('capDrop', {
		...names(parsed(s => s.capabilityText, parseCapability)),
		example: ['ALL'],
		about: 'Capabilities that are taken away; `ALL` for all.',
		isPlain: true,
		fallback: [],
	}),
	privileged: key('privileged', {
		...flag,
		example: true,
		about:
			'All capabilities, no seccomp filter, nothing of /proc and /sys hidden: the container is no longer a boundary.',
		fallback: false,
	}),
	security_opt: row({
		example: ['systempaths=unconfined'],
		about:
			'`seccomp=FILE` or `seccomp=unconfined`, `apparmor=PROFILE`, `label=type:TYPE`, `systempaths=unconfined`; `no-new-privileges:false` lets setuid programs gain privileges; `writable-cgroups=true` gives the container its own cgroup to divide further, in a user namespace.',
		also: ['seccomp', 'apparmor', 'selinux', 'security', 'no_new_privileges'],
		isPlain: true,
		written: w => w.list(w.parsedBy(w.text, parseSecurityOption)),
		recorded: {noNewPrivileges: r => r.boolean(), security: r => r.security},
		show: ({noNewPrivileges, security}) => ({
			'no-new-privileges': noNewPrivileges,
			...(security !== undefined && {
				seccomp: security.seccomp.kind === 'file' ? security.seccomp.path : security.seccomp.kind,
				apparmor: security.apparmor,
				label: security.label,
				systempaths: security.systemPathsUnconfined ? 'unconfined' : undefined,
				'writable-cgroups': security.writableCgroups,
			}),
		}),
	}),
	devices: row({
		example: ['/dev/fuse'],
		about:
			'Devices of the host: `/dev/fuse`, `/dev/sda:/dev/xvda:r`; or devices that a file in /etc/cdi or /var/run/cdi describes: `vendor.com/class=name`.',
		written: w => w.list(w.device),
		recorded: {devices: r => r.array(r.device), cdi: r => r.optional(r.array(r.cdi))},
		show: ({devices = [], cdi = []}) => numbered([...devices.map(deviceWord), ...cdi.map(cdiWord)]),
	}),
	device_cgroup_rules: key('deviceRules', {
		...names(parsed(s => s.text, parseDeviceRule)),
		example: ['c 189:* rwm'],
		about:
			'More devices that it may open, by type and number, for nodes that come later: with `volumes: [/dev/bus/usb:/dev/bus/usb]`, or made by it in /dev. With cgroup v2 it needs root, no user namespace, and perl.',
		isPlain: true,
	}),
	gpus: row({
		example: 'all',
		about:
			'Graphics processors: `all`, or a list with `driver`, `count` or `device_ids`. A file in /etc/cdi or /var/run/cdi has to describe them.',
		also: ['gpu'],
		decidedBy: ['deploy.resources.reservations.devices'],
		written: w => w.gpus,
	}),
	runtime: row({
		example: 'nvidia',
		about: '`nvidia`: all graphics processors of NVIDIA, as with `gpus: all`. `runc` and `crun` have no effect.',
		decidedBy: ['gpus'],
		written: w => w.runtime,
	}),
	landlock: key('landlock', {
		example: [{path: '/usr', access: ['read-file', 'read-dir', 'execute']}],
		about: 'Paths that the command may touch, by the Landlock security module; all others are closed to it.',
		written: w => w.list(w.landlockRule),
		recorded: r => r.array(r.object({path: r.insidePath, access: r.array(r.oneOf(landlockRights))})),
		show: rules => Object.fromEntries(rules.map(({path, access}) => [path, showNames(access)])),
	}),
};
