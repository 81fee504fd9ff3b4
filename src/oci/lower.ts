import profile from '../../config/default-profile.json' with {type: 'json'};
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Service} from '../spec/model/project.ts';
import {present} from '../spec/syntax/pick.ts';
import {capabilityNames} from './capabilities.ts';
import type {OciConfig, OciDeviceRule, OciMount, OciResources} from './config.ts';

/** Our namespace names are OCI's. Every namespace is new: none has a path. */
function namespaces(service: Service): OciConfig['linux']['namespaces'] {
	return service.namespaces.map(type => ({type}));
}

function capabilities(service: Service): readonly string[] {
	if (service.privileged) return capabilityNames;
	const full = (name: string): string => (name.startsWith('CAP_') ? name : `CAP_${name}`);
	const upper = (names: readonly string[]): readonly string[] => names.map(name => name.toUpperCase());
	const drop = upper(service.capDrop);
	const add = upper(service.capAdd);
	const kept = new Set<string>(
		drop.includes('ALL')
			? []
			: add.includes('ALL') || service.profile === 'bare'
				? capabilityNames
				: profile.capabilities,
	);
	for (const name of drop) if (name !== 'ALL') kept.delete(full(name));
	for (const name of add) {
		if (name === 'ALL') {
			if (drop.includes('ALL')) for (const each of capabilityNames) kept.add(each);
			continue;
		}
		if (!capabilityNames.includes(full(name))) {
			throw new TsboxError('E_SPEC_INVALID', `there is no capability ${full(name)}`, {
				hint: 'see capabilities(7) for the names',
			});
		}
		kept.add(full(name));
	}
	return capabilityNames.filter(name => kept.has(name));
}

function volumeMount(volume: Service['volumes'][number]): OciMount {
	if (volume.type === 'volume') throw new TypeError(`the volume ${volume.volume.name} has no folder yet`);
	if (volume.type === 'tmpfs') {
		const options = ['nosuid', 'nodev', 'noexec', ...(volume.readOnly ? ['ro'] : []), ...volume.options];
		if (volume.size !== undefined) options.push(`size=${volume.size}`);
		options.push(`mode=${(volume.mode ?? 0o1777).toString(8)}`);
		return {destination: volume.target, type: 'tmpfs', source: 'tmpfs', options: lastWins(options)};
	}
	const options = [volume.recursive ? 'rbind' : 'bind', volume.readOnly ? 'ro' : 'rw', 'nodev'];
	if (volume.propagation !== 'rprivate') options.push(volume.propagation);
	return {destination: volume.target, type: 'bind', source: volume.source, options};
}

const opposites = [
	['exec', 'noexec'],
	['suid', 'nosuid'],
	['dev', 'nodev'],
	['ro', 'rw'],
] as const;

/** Of two contradicting options the later one wins. */
function lastWins(options: readonly string[]): readonly string[] {
	return options.filter((option, at) => {
		const pair = opposites.find(([a, b]) => option === a || option === b);
		return pair === undefined || !options.slice(at + 1).some(later => later === pair[0] || later === pair[1]);
	});
}

function defaultMounts(service: Service): readonly OciMount[] {
	const has = (kind: string): boolean => (service.namespaces as readonly string[]).includes(kind);
	const proc: OciMount = {destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'nodev', 'noexec']};
	const dev: OciMount = {
		destination: '/dev',
		type: 'tmpfs',
		source: 'tmpfs',
		// nodev: the devices are bind mounts with their own flags, and device nodes that the container creates in /dev must not work.
		options: ['nosuid', ...(service.privileged ? [] : ['nodev']), 'strictatime', 'mode=755', 'size=65536k'],
	};
	if (service.profile === 'bare') return has('mount') && has('pid') ? [proc] : [];
	// Without a mount namespace these mounts appear on the host, so mount only what a shell needs.
	if (!has('mount')) return [proc, dev];
	const shm = `size=${service.shmSize ?? 67108864}`;
	return [
		proc,
		dev,
		{
			destination: '/dev/pts',
			type: 'devpts',
			source: 'devpts',
			options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
		},
		{destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', shm]},
		{destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev']},
		{
			destination: '/sys',
			type: 'sysfs',
			source: 'sysfs',
			options: ['nosuid', 'noexec', 'nodev', service.privileged ? 'rw' : 'ro'],
		},
		...(has('cgroup')
			? [
					{
						destination: '/sys/fs/cgroup',
						type: 'cgroup',
						source: 'cgroup',
						options: [
							'nosuid',
							'noexec',
							'nodev',
							service.privileged || service.security.writableCgroups === true ? 'rw' : 'ro',
						],
					},
				]
			: []),
	];
}

/** The period of CPU quotas, microseconds: the kernel's default (sched-bwc.rst). */
const cpuPeriod = 100_000;

function resources(service: Service): OciResources {
	const {cpus, pidsLimit, blkio, deviceRules = []} = service;
	const memory = present({
		limit: service.memLimit,
		swap: service.memswapLimit,
		reservation: service.memReservation,
		swappiness: service.memSwappiness,
		disableOOMKiller: service.oomKillDisable === true ? true : undefined,
	});
	const cpu = {
		...(cpus === undefined ? {} : {quota: Math.round(cpus * cpuPeriod), period: cpuPeriod}),
		...present({
			shares: service.cpuShares,
			cpus: service.cpuset,
			realtimeRuntime: service.cpuRtRuntime,
			realtimePeriod: service.cpuRtPeriod,
		}),
	};
	return {
		...(Object.keys(memory).length === 0 ? {} : {memory}),
		...(Object.keys(cpu).length === 0 ? {} : {cpu}),
		...(pidsLimit === undefined ? {} : {pids: {limit: pidsLimit}}),
		// The limits of single devices need their numbers, which the machine knows.
		...(blkio?.weight === undefined ? {} : {blockIO: {weight: blkio.weight}}),
		...(deviceRules.length === 0 ? {} : {devices: deviceRules.map(deviceRule)}),
	};
}

function deviceRule(rule: string): OciDeviceRule {
	const [type = '', number = '', access = ''] = rule.split(' ');
	const [major = '*', minor = '*'] = number.split(':');
	return {
		allow: true,
		type: type as OciDeviceRule['type'],
		...(major === '*' ? {} : {major: Number(major)}),
		...(minor === '*' ? {} : {minor: Number(minor)}),
		access,
	};
}

function environment(service: Service): readonly string[] {
	const env: Record<string, string> = {
		PATH: profile.path,
		...(service.tty === true ? {TERM: 'xterm'} : {}),
		...service.environment,
	};
	return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

/**
 * Lowers a checked service to the OCI runtime configuration, independent of the machine. A `user:` with names stays in the service
 * and is resolved in the container.
 *
 * @throws TsboxError E_SPEC_INVALID for an unknown capability.
 */
export function toOciConfig(service: Service, rootPath: string): OciConfig {
	const caps = capabilities(service);
	const hides = service.namespaces.includes('mount') && !service.security.systemPathsUnconfined;
	const isRoot = service.user === undefined || /^(root|0)(:|$)/.test(service.user);
	const effective = isRoot ? caps : [];
	return {
		ociVersion: '1.2.0',
		process: {
			terminal: service.tty === true,
			user: {...numericUser(service), umask: profile.umask},
			args: [...service.entrypoint, ...service.command],
			env: environment(service),
			cwd: service.workingDir ?? '/',
			capabilities: {bounding: caps, effective, permitted: effective, inheritable: [], ambient: []},
			rlimits: service.ulimits.map(({name, soft, hard}) => ({type: `RLIMIT_${name.toUpperCase()}`, soft, hard})),
			noNewPrivileges: service.noNewPrivileges,
			...(service.security.apparmor === undefined ? {} : {apparmorProfile: service.security.apparmor}),
			...(service.security.label === undefined ? {} : {selinuxLabel: service.security.label}),
			...(service.oomScoreAdj === undefined ? {} : {oomScoreAdj: service.oomScoreAdj}),
		},
		root: {path: rootPath, readonly: service.readOnly},
		...(service.hostname === undefined ? {} : {hostname: service.hostname}),
		...(service.domainname === undefined ? {} : {domainname: service.domainname}),
		mounts: mergeMounts(defaultMounts(service), service.volumes.map(volumeMount)),
		annotations: {...service.labels, ...service.annotations},
		linux: {
			namespaces: namespaces(service),
			cgroupsPath: `/${service.cgroupParent ?? 'tsbox'}/${service.name}`,
			resources: resources(service),
			sysctl: service.sysctls,
			maskedPaths: hides ? profile.maskedPaths : [],
			readonlyPaths: hides ? profile.readonlyPaths : [],
		},
	};
}

/** The numeric part of `user:`; names resolve later. The primary group is also a supplementary group (CVE-2022-2989). */
function numericUser({user, groupAdd}: Service): {uid: number; gid: number; additionalGids: readonly number[]} {
	const match = /^(\d+)(?::(\d+))?$/.exec(user ?? '0:0');
	const gid = Number(match?.[2] ?? 0);
	const numbers = groupAdd.filter(group => /^\d+$/.test(group)).map(Number);
	return {uid: Number(match?.[1] ?? 0), gid, additionalGids: [...new Set([gid, ...numbers])]};
}

/** The default mounts, then the user's, parents before their children. A user's mount replaces the default one at the same target. */
function mergeMounts(defaults: readonly OciMount[], own: readonly OciMount[]): readonly OciMount[] {
	const depth = (mount: OciMount): number => mount.destination.split('/').length;
	const targets = new Set(own.map(mount => mount.destination));
	return [...defaults.filter(mount => !targets.has(mount.destination)), ...own.toSorted((a, b) => depth(a) - depth(b))];
}
