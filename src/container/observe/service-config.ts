import type {Service} from '../../spec/model/project.ts';
import {shellCommand} from '../../step/verbs/shell-word.ts';
import {
	type ConfigValue,
	deviceWord,
	durationWord,
	healthcheckValues,
	hookWord,
	restartWord,
	sizeWord,
	ulimitWord,
	volumeWord,
} from './config-words.ts';
import {portWords} from '../../spec/values/port-words.ts';

/** All that a service says, in the words of its spec; what is left open is not there. */
export function serviceConfig(service: Service): readonly ConfigValue[] {
	const {security, dependsOn = [], logging, healthcheck} = service;
	return [
		...one('rootfs', service.rootfs.kind === 'host' ? 'host' : service.rootfs.path),
		...(service.rootfs.kind === 'host' ? numbered('rootfs.host.show', service.rootfs.show ?? [], 'rootfs') : []),
		...one('entrypoint', commandOf(service.entrypoint)),
		...one('command', commandOf(service.command)),
		...named('environment', service.environment),
		...one('working_dir', service.workingDir),
		...one('user', service.user),
		...one('group_add', listOf(service.groupAdd)),
		...one('hostname', service.hostname),
		...one('domainname', service.domainname),
		...numbered('volumes', service.volumes.map(volumeWord)),
		...numbered('devices', service.devices.map(deviceWord), 'devices'),
		...numbered('ports', service.ports.map(portWords), 'ports'),
		...one('read_only', service.readOnly),
		...limits(service),
		...named('sysctls', service.sysctls),
		...one('namespaces', listOf(service.namespaces)),
		...one('userns_mode', service.usernsMode),
		...one('root', service.root),
		...one('cap_add', listOf(service.capAdd)),
		...one('cap_drop', listOf(service.capDrop)),
		...one('privileged', service.privileged),
		...one('security_opt.no-new-privileges', service.noNewPrivileges),
		...one('security_opt.seccomp', security.seccomp.kind === 'file' ? security.seccomp.path : security.seccomp.kind),
		...one('security_opt.apparmor', security.apparmor),
		...one('security_opt.label', security.label),
		...one('security_opt.systempaths', security.systemPathsUnconfined ? 'unconfined' : undefined),
		...(service.landlock ?? []).flatMap(({path, access}) => one(`landlock.${path}`, listOf(access), 'landlock')),
		...one('init', service.init),
		...one('tty', service.tty),
		...one('stdin_open', service.stdinOpen),
		...one('stop_signal', service.stopSignal),
		...one('stop_grace_period', durationWord(service.stopGraceMs)),
		...one('restart', service.restart === undefined ? undefined : restartWord(service.restart)),
		...one('logging.max-size', logging === undefined ? undefined : sizeWord(logging.maxSize), 'logging'),
		...one('logging.max-file', logging?.maxFile, 'logging'),
		...dependsOn.flatMap(each => one(`depends_on.${each.service}`, each.condition, 'depends_on')),
		...(healthcheck === undefined ? [] : healthcheckValues(healthcheck)).map(each => ({...each, from: 'healthcheck'})),
		...numbered('post_start', (service.postStart ?? []).map(hookWord), 'post_start'),
		...numbered('pre_stop', (service.preStop ?? []).map(hookWord), 'pre_stop'),
		...one('profiles', listOf(service.profiles ?? [])),
		...named('labels', service.labels),
		...one('reproducible', service.reproducible),
		...one('keep', service.keep),
		...one('cgroup_parent', service.cgroupParent),
	];
}

function limits(service: Service): readonly ConfigValue[] {
	const size = (bytes: number | undefined): string | undefined => (bytes === undefined ? undefined : sizeWord(bytes));
	return [
		...one('mem_limit', size(service.memLimit)),
		...one('memswap_limit', size(service.memswapLimit)),
		...one('mem_reservation', size(service.memReservation)),
		...one('shm_size', size(service.shmSize)),
		...one('cpus', service.cpus),
		...one('cpu_shares', service.cpuShares),
		...one('cpuset', service.cpuset),
		...one('pids_limit', service.pidsLimit),
		...one('blkio_config.weight', service.ioWeight),
		...service.ulimits.flatMap(each => one(`ulimits.${each.name}`, ulimitWord(each))),
		...one('oom_score_adj', service.oomScoreAdj),
	];
}

/** A value; none where it is left open. */
export function one(key: string, value: string | number | boolean | undefined, from?: string): readonly ConfigValue[] {
	return value === undefined ? [] : [{key, value: String(value), ...(from === undefined ? {} : {from})}];
}

/** A value for each name: `environment.LANG`. */
export function named(key: string, values: Readonly<Record<string, string>>): readonly ConfigValue[] {
	return Object.entries(values).map(([name, value]) => ({key: `${key}.${name}`, value}));
}

/** A value for each of a list: `volumes.0`. */
function numbered(key: string, values: readonly string[], from?: string): readonly ConfigValue[] {
	return values.flatMap((value, index) => one(`${key}.${index}`, value, from));
}

/** A list of words; undefined for an empty one. */
export function listOf(words: readonly string[]): string | undefined {
	return words.length === 0 ? undefined : words.join(', ');
}

/** A command line; undefined for none. */
export function commandOf(words: readonly string[]): string | undefined {
	return words.length === 0 ? undefined : shellCommand(words);
}
