import {cacheWords, labelWords} from '../values/mount-options.ts';
import {type ComposeRow, ignored, refused} from './row.ts';

const swarm = 'it is for a cluster of several machines, and this is one';
const windows = 'it is for containers of Windows';
const cgroup2 = 'control groups of version 2 have no such setting';

const ownLogDrivers = ['json-file', 'local'];
const ownLogOptions = ['max-size', 'max-file', 'compress'];

/**
 * The keys of the Compose Specification that do not work here. From this table come errors, warnings, the JSON Schema's words for them, and
 * docs/compose.md. Source: compose-spec.json of the specification, and its text for `pre_start`.
 */
export const composeRows: readonly ComposeRow[] = [
	refused('models', 'tsbox runs no language models', 'run the model in a service, and name that in `environment`'),
	ignored('version', 'it is of old Compose files, and all versions are read alike', {instead: 'take it out'}),

	ignored('services.*.annotations', 'nothing here reads annotations', {instead: 'use `labels`'}),
	ignored('services.*.attach', '`tsbox up` shows the output of all services', {
		when: value => value !== true && value !== 'true',
	}),
	ignored('services.*.cpu_count', windows, {instead: 'use `cpus`'}),
	ignored('services.*.cpu_percent', windows, {instead: 'use `cpus`'}),
	refused(
		'services.*.cpu_rt_period',
		'kernels of distributions give control groups no real-time budget',
		'use `cpus`, or `ulimits: {rtprio: 10}`',
	),
	refused(
		'services.*.cpu_rt_runtime',
		'kernels of distributions give control groups no real-time budget',
		'use `cpus`, or `ulimits: {rtprio: 10}`',
	),
	ignored('services.*.credential_spec', windows),
	ignored('services.*.develop', 'tsbox watches no files', {instead: 'run `tsbox up -d --build` after a change'}),
	refused('services.*.device_cgroup_rules', 'a device is let in by its path', 'name the devices with `devices`'),
	ignored('services.*.external_links', 'containers on a network find each other by name', {
		instead: 'put both on a network with `external: true`',
	}),
	ignored('services.*.gpus', 'tsbox looks for no GPUs', {instead: 'name their devices with `devices`'}),
	ignored('services.*.isolation', windows),
	refused('services.*.label_file', 'labels are read from the spec alone', 'use `labels`'),
	ignored('services.*.mem_swappiness', cgroup2, {instead: 'use `memswap_limit`'}),
	refused(
		'services.*.models',
		'tsbox runs no language models',
		'run the model in a service, and name that in `environment`',
	),
	ignored('services.*.oom_kill_disable', cgroup2, {instead: 'use `oom_score_adj`'}),
	refused(
		'services.*.pre_start',
		'nothing of a container runs before its command',
		'move the command to a service of its own, and name that in `depends_on` with `condition: service_completed_successfully`',
	),
	refused('services.*.provider', 'it calls a program of Docker', 'run what it provides in a service'),
	refused('services.*.pull_refresh_after', 'it is another word for `pull_policy`', 'write `pull_policy: every_12h`'),
	refused('services.*.runtime', 'tsbox starts containers itself', 'take it out'),
	ignored('services.*.storage_opt', 'the layers of containers lie in a folder of the host, without quotas'),
	refused('services.*.use_api_socket', 'there is no daemon, and so no socket', 'take it out'),
	refused(
		'services.*.volumes_from',
		'it depends on the order of starts',
		'write the `volumes` again, or share them with a YAML anchor',
	),

	ignored('services.*.blkio_config.device_read_bps', 'only the weight of all devices is set'),
	ignored('services.*.blkio_config.device_read_iops', 'only the weight of all devices is set'),
	ignored('services.*.blkio_config.device_write_bps', 'only the weight of all devices is set'),
	ignored('services.*.blkio_config.device_write_iops', 'only the weight of all devices is set'),
	ignored('services.*.blkio_config.weight_device', 'only the weight of all devices is set'),

	ignored('services.*.build.cache_to', 'layers stay in the store of this machine', {when: isAsked}),
	ignored('services.*.build.provenance', 'a build makes no such file', {when: isAsked}),
	ignored('services.*.build.sbom', 'a build makes no such file', {when: isAsked}),
	ignored('services.*.build.cache_from', 'layers of earlier builds are found by what they are made from', {
		when: isAsked,
	}),
	ignored('services.*.build.entitlements', 'a build asks for none', {when: isAsked}),
	refused('services.*.build.isolation', windows, 'take it out'),

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
	ignored('services.*.deploy.resources.reservations.devices', 'tsbox looks for no GPUs', {
		instead: 'name their devices with `devices`',
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
	ignored('services.*.ports.*.name', 'it is for people'),
	ignored('services.*.ports.*.app_protocol', 'it is for people'),
	ignored('services.*.ports.*.mode', swarm, {when: value => value !== 'host'}),

	ignored('services.*.volumes.*', 'files get no SELinux labels', {
		when: value => hasOption(value, labelWords),
		shown: 'volumes` with `z` or `Z',
		instead: 'label the source with chcon(1) where SELinux is on',
	}),
	ignored('services.*.volumes.*', 'a bind mount of Linux needs no cache', {
		when: value => hasOption(value, cacheWords),
		shown: 'volumes` with `cached`, `delegated` or `consistent',
	}),
	ignored('services.*.volumes.*.bind.selinux', 'files get no SELinux labels', {
		instead: 'label the source with chcon(1) where SELinux is on',
	}),
	ignored('services.*.volumes.*.consistency', 'a bind mount of Linux needs no cache'),
	ignored('services.*.volumes.*.volume.labels', 'a volume has the labels that stand at the top', {
		instead: 'write them under `volumes` beside `services`',
	}),

	refused('networks.*.ipam.options', 'it is for other drivers', 'take it out'),

	ignored('secrets.*.labels', 'a secret is a file, and nothing is kept of it'),
	ignored('secrets.*.name', 'a secret is a file, and has no name of its own'),
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

/** Whether a restart policy limits restarts of another kind than those after a failure. */
function countsAll(policy: unknown): boolean {
	if (typeof policy !== 'object' || policy === null) return false;
	return Reflect.get(policy, 'max_attempts') !== undefined && Reflect.get(policy, 'condition') !== 'on-failure';
}

/** Whether a key of a build asks for something: `provenance: false` asks for what is so anyway. */
function isAsked(value: unknown): boolean {
	return Array.isArray(value) ? value.length > 0 : value !== false && value !== 'false';
}
