import {joinedOf} from '../model/namespace-mode.ts';
import {quoted} from '../model/parsed.ts';
import type {Policy, PolicyRule} from './policy.ts';
import type {Service} from '../model/project.ts';

/** A rule that a container violates. */
export interface PolicyOffence {
	readonly rule: PolicyRule;
	/** The key in the service's `origins` that causes the violation. */
	readonly key: string;
	/** Starts in lower case, ends without a full stop. */
	readonly message: string;
	/** How to fix it, as an imperative sentence. */
	readonly hint: string;
}

/** What a policy has to look up on the host. */
export interface PolicyLookup {
	/** Whether the path, with all symlinks resolved, lies in a folder of `allowed_binds`. */
	readonly isAllowed: (path: string) => boolean;
	readonly realpath: (path: string) => string | undefined;
	/** Whether the path is a block device or gives access to the machine's memory. */
	readonly isDisk: (path: string) => boolean;
}

/** Returns each violation of a policy by a container, in the order of the rules. */
export function offencesOf(policy: Policy, service: Service, lookup: PolicyLookup): readonly PolicyOffence[] {
	return [
		...bindOffences(policy, service, lookup),
		...(policy.forbidPrivileged ? powerOffences(service, lookup) : []),
		...namespaceOffences(policy, service),
		...rootfsOffences(policy, service, lookup),
		...excessOf(policy, service),
	];
}

function bindOffences({allowedBinds}: Policy, service: Service, lookup: PolicyLookup): readonly PolicyOffence[] {
	if (allowedBinds === undefined) return [];
	const {volumes, rootfs} = service;
	const folders =
		allowedBinds.length === 0 ? 'no folder of the host may be mounted' : `name one in ${allowedBinds.join(', ')}`;
	const offence = (key: string, what: string, path: string): readonly PolicyOffence[] =>
		lookup.isAllowed(path)
			? []
			: [
					{
						rule: 'allowed_binds',
						key,
						message: `${what} ${quoted(path)} is in no folder that may be mounted`,
						hint: folders,
					},
				];
	return [
		...volumes.flatMap((volume, at) =>
			volume.type === 'bind'
				? offence(`volumes.${at}`, 'the source', volume.source)
				: deviceOf(volume).flatMap(device => offence(`volumes.${at}`, 'the device', device)),
		),
		...(rootfs.kind === 'directory' ? offence('rootfs', 'the folder', rootfs.path) : []),
		...(rootfs.kind === 'host' ? (rootfs.show ?? []) : []).flatMap(path => offence('rootfs', 'the shown path', path)),
	];
}

/** The device or file of the host whose file system a volume has. */
function deviceOf(volume: Service['volumes'][number]): readonly string[] {
	const device = volume.type === 'volume' ? volume.volume.filesystem?.device : undefined;
	return device?.startsWith('/') === true && !device.startsWith('//') ? [device] : [];
}

/** Capabilities that let container root act as host root: capabilities(7). */
const overHost: readonly string[] = [
	'CAP_SYS_ADMIN',
	'CAP_SYS_MODULE',
	'CAP_SYS_RAWIO',
	'CAP_SYS_PTRACE',
	'CAP_SYS_BOOT',
	'CAP_DAC_READ_SEARCH',
	'CAP_BPF',
	'CAP_MAC_ADMIN',
	'CAP_MAC_OVERRIDE',
	'CAP_SYSLOG',
	'CAP_PERFMON',
];

function powerOffences(service: Service, {isDisk}: PolicyLookup): readonly PolicyOffence[] {
	const {privileged, security, capAdd, devices, root} = service;
	const offence = (key: string, message: string, hint: string): PolicyOffence => ({
		rule: 'forbid_privileged',
		key,
		message,
		hint,
	});
	// `privileged` implies all other violations of this rule.
	if (privileged)
		return [offence('privileged', '`privileged` is forbidden', 'take it out, and add the capability that is needed')];
	if (service.profile === 'bare')
		return [offence('profile', '`profile: bare` is forbidden', 'take it out: such a container has no protection')];
	const strong = capAdd.filter(name => name === 'ALL' || overHost.includes(name));
	const disks = [...devices.map(({source}) => source), ...service.volumes.flatMap(deviceOf)].filter(isDisk);
	const openOption = Object.keys(service.origins).find(key => key.startsWith('security_opt.')) ?? 'security_opt';
	return [
		...(strong.length > 0
			? [offence('cap_add', `${strong.join(', ')} gives power over the host`, 'take it out of `cap_add`')]
			: []),
		...(security.seccomp.kind === 'unconfined'
			? [offence(openOption, '`seccomp=unconfined` is forbidden', 'take it out, or name a profile')]
			: []),
		...(security.systemPathsUnconfined
			? [offence(openOption, '`systempaths=unconfined` is forbidden', 'take it out')]
			: []),
		...(disks.length > 0
			? [offence('devices', `${disks.map(quoted).join(', ')} gives power over the host`, 'take it out of `devices`')]
			: []),
		...((service.deviceRules ?? []).length > 0
			? [offence('device_cgroup_rules', '`device_cgroup_rules` may let disks in', 'name the devices with `devices`')]
			: []),
		...(root === 'chroot' ? [offence('root', '`root: chroot` is no boundary', 'take it out')] : []),
	];
}

function namespaceOffences({ownNamespaces, origins}: Policy, service: Service): readonly PolicyOffence[] {
	// A start joins no namespace of the host by way of another container.
	const joined = joinedOf(service).map(({kind}) => kind);
	return ownNamespaces
		.filter(kind => !service.namespaces.includes(kind) && !joined.includes(kind))
		.map(kind => ({
			rule:
				kind === 'network' && origins.forbid_host_network !== undefined
					? 'forbid_host_network'
					: 'forbid_host_namespaces',
			key: 'namespaces',
			message: `the ${kind} namespace of the host is forbidden`,
			hint: kind === 'user' ? 'write `userns_mode: auto`' : `add \`${kind}\` to \`namespaces\``,
		}));
}

function rootfsOffences(
	{forbidRootfsHost}: Policy,
	{rootfs}: Service,
	{realpath}: PolicyLookup,
): readonly PolicyOffence[] {
	const isHost = rootfs.kind === 'host' || (rootfs.kind === 'directory' && realpath(rootfs.path) === '/');
	if (!forbidRootfsHost || !isHost) return [];
	return [
		{
			rule: 'forbid_rootfs_host',
			key: 'rootfs',
			message: 'the root of the host is forbidden as `rootfs`',
			hint: 'name a folder, or an archive made by `docker export`',
		},
	];
}

/** Reports limits that are missing or too high. tsbox refuses a limit rather than lowering it silently. */
export function excessOf(
	{maxMemory, maxCpus, maxPids}: Policy,
	{memLimit, cpus, pidsLimit}: Pick<Service, 'memLimit' | 'cpus' | 'pidsLimit'>,
): readonly PolicyOffence[] {
	const check = (
		rule: PolicyRule,
		key: string,
		most: number | undefined,
		value: number | undefined,
		shown: string,
	): readonly PolicyOffence[] => {
		if (most === undefined || (value !== undefined && value !== -1 && value <= most)) return [];
		const message = value === undefined ? `\`${key}\` is missing` : `\`${key}\` is above ${shown}`;
		return [{rule, key, message, hint: `write \`${key}: ${shown}\` or less`}];
	};
	return [
		...check('max_memory', 'mem_limit', maxMemory, memLimit, sizeText(maxMemory ?? 0)),
		...check('max_cpus', 'cpus', maxCpus, cpus, String(maxCpus)),
		...check('max_pids', 'pids_limit', maxPids, pidsLimit, String(maxPids)),
	];
}

/** Writes a size as a spec does. */
function sizeText(bytes: number): string {
	const [unit, factor] = (
		[
			['g', 2 ** 30],
			['m', 2 ** 20],
			['k', 2 ** 10],
		] as const
	).find(([, size]) => bytes % size === 0) ?? ['b', 1];
	return `${bytes / factor}${unit}`;
}
