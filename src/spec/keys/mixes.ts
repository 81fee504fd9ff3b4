import {quoted} from '../model/parsed.ts';
import {joinedOf} from '../model/namespace-mode.ts';
import type {NamespaceKind, Service} from '../model/project.ts';
import {bareMixes} from './bare.ts';
import {namespaceModeMixes} from '../namespaces/mode-mixes.ts';
import {networkMixes} from '../network/network-mixes.ts';
import {namespaceOfSysctl} from '../values/sysctl.ts';

/** Two values that exclude each other. The error points at `key`, a path in the service. */
export interface Mix {
	readonly key: string;
	readonly message: string;
	readonly hint: string;
}

/** Finds values of a service that exclude each other although each one is valid. */
export function impossibleMixes(service: Service): readonly Mix[] {
	return [
		...memoryMixes(service),
		...realtimeMixes(service),
		...namespaceMixes(service),
		...namespaceModeMixes(service),
		...listMixes(service),
		...reproducibleMixes(service),
		...healthMixes(service),
		...bareMixes(service),
		...networkMixes(service),
	];
}

/** sched-rt-group.rst: the budget of a period is a part of it; a period is a second by default. */
function realtimeMixes({cpuRtRuntime: runtime, cpuRtPeriod: period = 1_000_000}: Service): readonly Mix[] {
	if (runtime === undefined || runtime <= period) return [];
	const message = `\`cpu_rt_runtime\` is ${runtime} µs, and \`cpu_rt_period\` only ${period}`;
	return [{key: 'cpu_rt_runtime', message, hint: 'make the period longer, or the runtime shorter'}];
}

function memoryMixes({memLimit, memswapLimit, memReservation, shmSize}: Service): readonly Mix[] {
	const mixes: Mix[] = [];
	if (memswapLimit !== undefined && memswapLimit !== -1) {
		if (memLimit === undefined) {
			mixes.push({key: 'memswap_limit', message: '`memswap_limit` needs `mem_limit`', hint: 'add `mem_limit`'});
		} else if (memswapLimit < memLimit) {
			mixes.push({
				key: 'memswap_limit',
				message: '`memswap_limit` is below `mem_limit`, and it counts memory and swap together',
				hint: 'write the value of `mem_limit` for no swap',
			});
		}
	}
	if (memLimit !== undefined && memReservation !== undefined && memReservation > memLimit) {
		mixes.push({
			key: 'mem_reservation',
			message: '`mem_reservation` is above `mem_limit`',
			hint: 'make it at most `mem_limit`',
		});
	}
	if (memLimit !== undefined && shmSize !== undefined && shmSize > memLimit) {
		mixes.push({
			key: 'shm_size',
			message: '`shm_size` is above `mem_limit`, and counts towards it',
			hint: 'make it at most `mem_limit`',
		});
	}
	return mixes;
}

function namespaceMixes(service: Service): readonly Mix[] {
	const {namespaces, root, origins, sysctls} = service;
	const joined = new Set(joinedOf(service).map(({kind}) => kind));
	const lacks = (kind: NamespaceKind) => !namespaces.includes(kind);
	const written = (key: string) => origins[key] !== undefined && origins[key].kind !== 'default';
	const needs = (key: string, kind: NamespaceKind, what = `\`${key}\``): Mix => ({
		key,
		message: `${what} needs a ${kind} namespace of its own, else it would change the ${joined.has(kind) ? 'other container' : 'host'}`,
		hint: joined.has(kind) ? 'write it for that one' : `add \`${kind}\` to \`namespaces\``,
	});
	const mixes: Mix[] = [];
	if (root === 'pivot' && lacks('mount')) {
		const hint = 'write `root: chroot`, or add `mount` to `namespaces`';
		const key = written('root') ? 'root' : 'namespaces';
		mixes.push({key, message: '`root: pivot` needs a mount namespace of its own', hint});
	}
	if (service.usernsMode === 'host' && !lacks('user')) {
		const hint = 'take `user` out of `namespaces`, or write `userns_mode: auto`';
		mixes.push({key: 'userns_mode', message: '`userns_mode: host` and a user namespace exclude each other', hint});
	}
	if (!lacks('user') && lacks('mount')) {
		const hint = 'add `mount` to `namespaces`, or take `user` out';
		const key = written('userns_mode') ? 'userns_mode' : 'namespaces';
		mixes.push({key, message: 'a user namespace needs a mount namespace of its own', hint});
	}
	if (lacks('uts')) {
		for (const key of ['hostname', 'domainname']) if (written(key)) mixes.push(needs(key, 'uts'));
	}
	if (lacks('mount') && service.shmSize !== undefined) mixes.push(needs('shm_size', 'mount'));
	for (const name of Object.keys(sysctls)) {
		const kind = namespaceOfSysctl(name);
		const key = `sysctls.${name}`;
		if (kind === undefined) {
			const message = `${quoted(name)} belongs to the whole machine`;
			mixes.push({key, message, hint: 'set it on the host with sysctl(8)'});
		} else if (kind === 'uts') {
			const word = name === 'kernel.hostname' ? 'hostname' : 'domainname';
			mixes.push({key, message: `${quoted(name)} has a key of its own`, hint: `use \`${word}\``});
		} else if (lacks(kind)) {
			mixes.push(needs(key, kind, quoted(name)));
		}
	}
	return mixes;
}

function listMixes(service: Service): readonly Mix[] {
	const mixes: Mix[] = [];
	for (const [i, volume] of service.volumes.entries()) {
		if (service.volumes.findIndex(other => other.target === volume.target) < i) {
			const message = `the target ${quoted(volume.target)} is mounted twice`;
			mixes.push({key: `volumes.${i}`, message, hint: 'keep one of them'});
		}
	}
	for (const {kind, target} of service.given ?? []) {
		const others = [...service.volumes, ...(service.given ?? [])].filter(other => other.target === target);
		if (others.length > 1)
			mixes.push({key: `${kind}s`, message: `the target ${quoted(target)} is mounted twice`, hint: 'keep one of them'});
	}
	for (const name of service.capAdd.filter(added => service.capDrop.includes(added))) {
		const message = `${quoted(name)} is both in \`cap_add\` and in \`cap_drop\``;
		mixes.push({key: 'cap_drop', message, hint: 'keep one of them'});
	}
	return mixes;
}

function reproducibleMixes({reproducible, namespaces, origins}: Service): readonly Mix[] {
	const key = origins['namespaces']?.kind === 'file' ? 'namespaces' : 'reproducible';
	const missing = (['mount', 'network'] as const).find(kind => !namespaces.includes(kind));
	if (reproducible !== true || missing === undefined) return [];
	const what =
		missing === 'network'
			? "the host's network answers differently each time"
			: 'its mounts would be those of the host';
	return [
		{
			key,
			message: `\`reproducible: true\` needs a ${missing} namespace of its own: ${what}`,
			hint: `add \`${missing}\` to \`namespaces\``,
		},
	];
}

/** A check without a test asks what the image asks. */
function healthMixes({rootfs, healthcheck}: Service): readonly Mix[] {
	if (healthcheck === undefined || healthcheck.test.length > 0 || rootfs.kind === 'image') return [];
	return [
		{
			key: 'healthcheck',
			message: '`healthcheck` has no `test`',
			hint: 'write `test: [CMD, ...]`, or `disable: true`',
		},
	];
}
