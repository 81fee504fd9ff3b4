import {isDriverOption, networkDrivers, sysctlOption} from '../network/driver-options.ts';
import {cacheWords, labelWords, otherOptions} from '../values/mount-options.ts';
import {isVolumeName} from '../volumes/named-volume.ts';
import {type ComposeRow, ignored, refused} from './row.ts';

const swarm = 'it is for a cluster of several machines, and this is one';
const windows = 'it is for containers of Windows';

const ownLogDrivers = ['json-file', 'local', 'none'];
const ownLogOptions = ['max-size', 'max-file', 'compress'];

/**
 * The keys of the Compose Specification that do not work here. From this table come errors, warnings, the JSON Schema's words for them, and
 * docs/compose.md. Source: compose-spec.json of the specification.
 */
export const composeRows: readonly ComposeRow[] = [
	refused('models', 'tsbox runs no language models', 'run the model in a service, and name that in `environment`'),
	refused('include.*', 'tsbox reads files of this machine', 'fetch it first, and write the path of the file', {
		shown: 'include` and `extends.file` with an address, such as `oci://…` or `https://…',
	}),
	ignored('version', 'it is of old Compose files, and all versions are read alike', {instead: 'take it out'}),

	ignored('services.*.cpu_count', windows, {instead: 'use `cpus`'}),
	ignored('services.*.cpu_percent', windows, {instead: 'use `cpus`'}),
	ignored('services.*.credential_spec', windows),
	ignored('services.*.gpus.*.options', 'they are for drivers of Docker'),
	ignored('services.*.deploy.resources.reservations.devices.*.options', 'they are for drivers of Docker'),
	refused('services.*.post_start.*.privileged', 'nothing gets more powers than its container', 'take it out', {
		shown: 'post_start` and `pre_stop` with `privileged: true',
	}),
	refused(
		'services.*.device_cgroup_rules',
		'no more devices can be let in by their numbers',
		'name the devices with `devices`',
		{shown: 'device_cgroup_rules` with cgroup v2, for an ordinary user, in a user namespace, or without `perl'},
	),
	refused('services.*.gpus', 'this host does not have', 'install what writes its file of CDI, or take it out', {
		shown: 'gpus`, `runtime: nvidia` and `devices` that no file describes in `/etc/cdi',
	}),
	ignored('services.*.isolation', windows),
	refused(
		'services.*.models',
		'tsbox runs no language models',
		'run the model in a service, and name that in `environment`',
	),
	refused('services.*.platform', 'containers here are Linux', 'write `linux/amd64` or `linux/arm64`', {
		shown: 'platform` of another system, such as `windows/amd64',
	}),
	refused('services.*.provider', 'it calls a program of Docker', 'run what it provides in a service'),
	refused('services.*.runtime', 'tsbox starts containers itself', 'take it out', {
		shown: 'runtime` of another kind, such as `kata',
	}),
	ignored('services.*.runtime', 'tsbox is the runtime', {
		when: value => value !== 'nvidia',
		shown: 'runtime` `runc` or `crun',
	}),
	ignored('services.*.storage_opt', 'the layers of containers lie in a folder of the host, without quotas'),
	refused(
		'services.*.security_opt',
		'SELinux cannot confine the container',
		'take `label` out, or run with `--best-effort`',
		{shown: 'security_opt` with `label=…` where the kernel has no `SELinux'},
	),
	refused('services.*.use_api_socket', 'there is no daemon, and so no socket', 'take it out'),

	ignored('services.*.build.cache_to', 'layers stay in the store of this machine', {when: isAsked}),
	ignored('services.*.build.provenance', 'a build makes no such file', {when: isAsked}),
	ignored('services.*.build.sbom', 'a build makes no such file', {when: isAsked}),
	ignored('services.*.build.cache_from', 'layers of earlier builds are found by what they are made from', {
		when: isAsked,
	}),
	ignored('services.*.build.entitlements', 'a build asks for none', {when: isAsked}),
	ignored('services.*.build.isolation', windows),
	refused(
		'services.*.build.context',
		'tsbox fetches repositories of Git',
		'write one such as `https://github.com/OWNER/NAME.git#BRANCH`',
		{
			shown: 'build.context` with the address of an archive, such as `https://…/app.tar.gz',
		},
	),
	refused(
		'services.*.build.network',
		'commands of a build have the network of the machine, or none',
		'write `default`, `host` or `none`',
		{shown: 'build.network` with a `NETWORK'},
	),

	ignored('services.*.deploy.endpoint_mode', swarm),
	ignored('services.*.deploy.labels', 'they are of a service in a cluster, not of its containers', {
		instead: 'use `labels`',
	}),
	ignored('services.*.deploy.placement', swarm),
	ignored('services.*.deploy.rollback_config', swarm),
	ignored('services.*.deploy.update_config', swarm),
	ignored('services.*.deploy.resources.reservations.cpus', 'processors are shared, and none is set apart', {
		instead: 'use `cpu_shares`',
	}),
	ignored('services.*.deploy.resources.reservations.generic_resources', swarm),
	ignored('services.*.deploy.restart_policy.delay', 'the time between restarts grows from 0.1 s to a minute'),
	ignored('services.*.deploy.restart_policy', 'only failures are counted', {
		when: countsAll,
		shown: 'deploy.restart_policy.max_attempts',
		instead: 'write `condition: on-failure`',
	}),
	ignored('services.*.deploy.restart_policy.window', 'a start counts as good after ten seconds'),

	ignored('services.*.logging.driver', 'output is kept in files of tsbox, as with `json-file`', {
		when: value => !ownLogDrivers.includes(String(value)),
		shown: 'logging.driver',
	}),
	ignored('services.*.logging.options.*', 'it is for another driver than that of tsbox', {
		when: (_, key) => !ownLogOptions.includes(key),
		shown: 'logging.options',
	}),
	ignored('services.*.logging.options.compress', 'nothing is compressed'),
	ignored('services.*', 'the container has no ports of its own', {
		when: hasNoPorts,
		shown: 'ports` with `network_mode` `host` or `none',
	}),
	ignored('services.*.ports.*.name', 'it is for people'),
	ignored('services.*.ports.*.app_protocol', 'it is for people'),
	ignored('services.*.ports.*.mode', swarm, {when: value => value !== 'host'}),

	refused(
		'services.*.volumes.*.type',
		'tsbox mounts folders and volumes',
		'make a service of the image, and name that in `volumes_from`',
		{shown: 'volumes.*.type` `image'},
	),
	refused('services.*.volumes.*.type', swarm, 'write `type: volume`', {shown: 'volumes.*.type` `cluster'}),
	refused('services.*.volumes.*.type', windows, 'take it out', {shown: 'volumes.*.type` `npipe'}),
	refused('services.*.volumes.*', 'tsbox makes `/proc`, `/sys` and `/dev` itself', 'choose another target', {
		shown: 'volumes` with a target in `/proc` or `/sys`, or over what every container has in `/dev',
	}),
	ignored('services.*.volumes.*', 'files get no SELinux labels', {
		when: value => hasOption(value, labelWords),
		shown: 'volumes` with `z` or `Z',
		instead: 'label the source with chcon(1) where SELinux is on',
	}),
	ignored('services.*.volumes.*', 'a bind mount of Linux needs no cache', {
		when: value => hasOption(value, cacheWords),
		shown: 'volumes` with `cached`, `delegated` or `consistent',
	}),
	ignored('services.*.volumes.*', 'a mount of this kind has no such option, and compose passes over it too', {
		when: hasOtherOption,
		shown: 'volumes` with an unknown `OPTION',
		instead: 'correct it, or take it out',
	}),
	ignored('services.*.volumes.*.bind.selinux', 'files get no SELinux labels', {
		instead: 'label the source with chcon(1) where SELinux is on',
	}),
	refused(
		'services.*.volumes.*.bind.recursive',
		'the mounts below a read-only mount are read-only too',
		'write `disabled`, and mount them on their own',
		{shown: 'bind.recursive` `writable'},
	),
	ignored('services.*.volumes.*.consistency', 'a bind mount of Linux needs no cache'),
	ignored('services.*.volumes.*.volume.labels', 'a volume has the labels that stand at the top', {
		instead: 'write them under `volumes` beside `services`',
	}),

	ignored('services.*.networks.*.driver_opts.*', 'an interface has no such option, and compose passes over it too', {
		when: (value, key) => optionName(value, key) !== sysctlOption,
		shown: 'networks.*.driver_opts` with an unknown `OPTION',
		instead: `use \`${sysctlOption}\``,
	}),
	ignored('networks.*', 'its driver has no such option, and compose passes over it too', {
		when: hasOtherDriverOption,
		shown: 'driver_opts` with an unknown `OPTION',
		instead: 'correct it, or take it out',
	}),
	refused(
		'services.*.networks.*.link_local_ips',
		'link-local addresses are in 169.254.0.0/16 and fe80::/10',
		'others go to `ipv4_address` and `ipv6_address`',
		{shown: 'link_local_ips` with another `ADDRESS'},
	),
	refused('networks.*.driver', 'tsbox has the drivers `bridge`, `macvlan` and `ipvlan`', 'leave the driver out', {
		shown: 'networks.*.driver` with another driver, such as `weave',
	}),
	ignored('networks.*.driver', 'all containers are on one machine, and it is a bridge', {
		when: value => value === 'overlay',
		shown: 'networks.*.driver` `overlay',
	}),
	refused('networks.*.ipam.driver', 'tsbox has no other driver of addresses than `default`', 'take it out', {
		shown: 'networks.*.ipam.driver` with another one than `default',
	}),
	refused(
		'volumes.*.driver',
		'tsbox keeps volumes in folders of this machine',
		'mount it on the host, and bind its folder in the service',
		{shown: 'volumes.*.driver` with another one than `local'},
	),
	refused('networks.*.ipam.options', 'it is for other drivers', 'take it out'),

	ignored('secrets.*.labels', 'a secret is a file, and nothing is kept of it'),
	ignored('secrets.*.name', 'a secret is a file, and has no name of its own'),
	refused(
		'secrets.*.external',
		'tsbox keeps no secrets',
		'name the file with `file`, or a variable with `environment`',
		{
			shown: 'secrets.*.external` `true',
		},
	),
	refused('configs.*.external', 'tsbox keeps no configs', 'name the file with `file`, or write `content`', {
		shown: 'configs.*.external` `true',
	}),
	refused('secrets.*.driver', 'tsbox keeps no secrets', 'name the file with `file`, or a variable with `environment`'),
	refused(
		'secrets.*.driver_opts',
		'tsbox keeps no secrets',
		'name the file with `file`, or a variable with `environment`',
	),
	refused('secrets.*.template_driver', 'tsbox fills no templates', 'fill it in first, and name the file with `file`'),
	ignored('configs.*.labels', 'a config is a file, and nothing is kept of it'),
	ignored('configs.*.name', 'a config is a file, and has no name of its own'),
	refused(
		'configs.*.template_driver',
		'tsbox fills no templates',
		'fill it in first, or write `content` with variables',
	),
];

/** Whether the short form of a volume has one of these options. */
function hasOption(value: unknown, words: readonly string[]): boolean {
	if (typeof value !== 'string') return false;
	const [, , options = ''] = value.split(':');
	return options.split(',').some(word => words.includes(word));
}

/** Whether the short form of a volume has an option that is none. */
function hasOtherOption(value: unknown): boolean {
	if (typeof value !== 'string') return false;
	const [source = '', , options] = value.split(':');
	return options !== undefined && otherOptions(options, isVolumeName(source)).length > 0;
}

/** The name of an option in a map, or in a list of `NAME=VALUE`. */
function optionName(value: unknown, key: string): string {
	return /^\d+$/.test(key) ? (String(value).split('=', 1)[0] ?? '') : key;
}

/** Whether a network has an option that its driver does not have. */
function hasOtherDriverOption(network: unknown): boolean {
	if (typeof network !== 'object' || network === null) return false;
	const options: unknown = Reflect.get(network, 'driver_opts') ?? {};
	const driver = networkDrivers.find(each => each === Reflect.get(network, 'driver')) ?? 'bridge';
	return Object.entries(options as object).some(([key, value]) => !isDriverOption(driver, optionName(value, key)));
}

/** Whether a service publishes ports although its network is that of the host, or none. */
function hasNoPorts(service: unknown): boolean {
	if (typeof service !== 'object' || service === null) return false;
	const ports: unknown = Reflect.get(service, 'ports');
	return Array.isArray(ports) && ports.length > 0 && ['host', 'none'].includes(Reflect.get(service, 'network_mode'));
}

/** Whether a restart policy limits restarts of another kind than those after a failure. */
function countsAll(policy: unknown): boolean {
	if (typeof policy !== 'object' || policy === null) return false;
	return Reflect.get(policy, 'max_attempts') !== undefined && Reflect.get(policy, 'condition') !== 'on-failure';
}

/** Whether a key of a build asks for something: `provenance: false` asks for what is so anyway. */
function isAsked(value: unknown): boolean {
	return Array.isArray(value) ? value.length > 0 : value !== false && value !== 'false';
}
