import {dirname} from 'node:path';
import type {Machine} from '../container/machine/machine.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {type IdMapRow, isRange, mappedRoot, type RangeMap, type UserMap} from '../host/id-map.ts';
import type {OciConfig, OciIdMapping} from '../oci/config.ts';
import type {BundleConfig} from '../spec/bundle/bundle-config.ts';

/**
 * The configuration with a user namespace whose root is the caller, if that is an ordinary user: without one only root makes the other
 * namespaces. crun adds it too; runc refuses such a bundle.
 */
export function withUserNamespace(bundle: BundleConfig, {facts: {user}}: Machine): BundleConfig {
	const {linux} = bundle;
	const isOrdinary = user.uid !== 0 && !user.capabilities.includes('CAP_SYS_ADMIN');
	if (!isOrdinary || linux.namespaces.some(({type}) => type === 'user')) return bundle;
	const own = (id: number): OciIdMapping[] => [{containerID: 0, hostID: id, size: 1}];
	const namespaces = [...linux.namespaces, {type: 'user' as const, path: undefined}];
	return {...bundle, linux: {...linux, namespaces, uidMappings: own(user.uid), gidMappings: own(user.gid)}};
}

/** The options of a mount for all below it, which is what the host has there. */
const onAll: Readonly<Record<string, string>> = {ro: 'rro', nosuid: 'rnosuid', nodev: 'rnodev', noexec: 'rnoexec'};

/**
 * The configuration with /sys of the host in place of a sysfs, where the kernel mounts none: that takes a user namespace which owns the network
 * namespace (sysfs_init_fs_context in fs/sysfs/mount.c).
 */
export function withSysOfHost(config: OciConfig): OciConfig {
	const {namespaces} = config.linux;
	const isNew = (kind: string): boolean => namespaces.some(({type, path}) => type === kind && path === undefined);
	if (!isNew('user') || isNew('network')) return config;
	const mounts = config.mounts.map(mount => {
		if (mount.type !== 'sysfs') return mount;
		const flags = mount.options.flatMap(option => onAll[option] ?? []);
		return {...mount, type: 'bind', source: '/sys', options: ['rbind', 'rprivate', ...flags]};
	});
	return {...config, mounts};
}

/** The rows of /proc/PID/uid_map: user_namespaces(7). */
function rowsOf(text: string): readonly IdMapRow[] {
	return text
		.trim()
		.split('\n')
		.map(line => line.trim().split(/\s+/).map(Number))
		.map(([inside = 0, outside = 0, count = 0]) => ({inside, outside, count}));
}

function ociRows(rows: readonly IdMapRow[]): readonly OciIdMapping[] {
	return rows.map(({inside, outside, count}) => ({containerID: inside, hostID: outside, size: count}));
}

function planRows(rows: readonly OciIdMapping[] = []): readonly IdMapRow[] {
	return rows.map(({containerID, hostID, size}) => ({inside: containerID, outside: hostID, count: size}));
}

function isSame(given: readonly OciIdMapping[], found: readonly OciIdMapping[]): boolean {
	return JSON.stringify(given) === JSON.stringify(found);
}

/**
 * The map of a user namespace that others made.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a path that names no process, E_SPEC_INVALID for one that is gone or has another map.
 */
function joinedMap({host}: Machine, path: string, {linux}: OciConfig): Pick<UserMap, 'uids' | 'gids'> {
	const [, pid] = /^\/proc\/(\d+|self)\/(?:task\/\d+\/)?ns\/user$/.exec(path) ?? [];
	if (pid === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', `the user namespace ${path} cannot be joined`, {
			why: 'its map of ids is known from a process in it alone',
			hint: 'name it by a process: /proc/PID/ns/user',
		});
	const [uids, gids] = ['uid_map', 'gid_map'].map(file => host.readText(`/proc/${pid}/${file}`));
	if (uids === undefined || gids === undefined)
		throw new TsboxError('E_SPEC_INVALID', `${path}: no such file or directory`, {
			why: 'the process whose user namespace the container joins has ended',
			hint: 'start it again',
		});
	const found = {uids: rowsOf(uids), gids: rowsOf(gids)};
	const given = linux.uidMappings ?? [];
	if (given.length > 0 && !(isSame(given, ociRows(found.uids)) && isSame(linux.gidMappings ?? [], ociRows(found.gids))))
		throw new TsboxError('E_SPEC_INVALID', `linux.uidMappings is not the map of ${path}`, {
			why: 'a namespace keeps the map that it was made with',
			hint: 'leave the mappings out',
		});
	return found;
}

/**
 * The map of ids of the container of a bundle; null without a user namespace.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, E_SPEC_INVALID.
 */
export function userMapOf(machine: Machine, config: OciConfig): UserMap | null {
	const {facts, host} = machine;
	const user = config.linux.namespaces.find(({type}) => type === 'user');
	if (user === undefined) return null;
	const joined = user.path !== undefined;
	const ids = joined
		? joinedMap(machine, user.path, config)
		: {uids: planRows(config.linux.uidMappings), gids: planRows(config.linux.gidMappings)};
	// The namespace that this process has already is no other one, and the kernel lets nobody join it again: setns(2).
	if (joined && host.readlink(user.path) === host.readlink('/proc/self/ns/user')) return null;
	if (facts.user.uid === 0) {
		const map: RangeMap = {kind: 'range', ...ids, direct: true};
		return map;
	}
	const isAlone = (rows: readonly IdMapRow[], own: number): boolean =>
		rows.length === 1 && rows[0]?.outside === own && rows[0].count === 1;
	const isSingle = isAlone(ids.uids, facts.user.uid) && isAlone(ids.gids, facts.user.gid);
	if (!isSingle && (facts.tools.newuidmap === null || facts.tools.newgidmap === null))
		throw new TsboxError('E_HOST_UNSUPPORTED', 'an ordinary user cannot map more than its own id here', {
			why: 'this host has no newuidmap(1)',
			hint: 'install uidmap, or map the id 0 to your own alone',
		});
	return {kind: isSingle ? 'single' : 'auto', ...ids};
}

/**
 * The configuration with the map that the container has, of its own or of others. Without one it has no user namespace but that of the
 * caller.
 */
export function withMap(config: OciConfig, map: UserMap | null): OciConfig {
	const {uidMappings: _, gidMappings: __, ...linux} = config.linux;
	const namespaces = linux.namespaces.filter(({type}) => type !== 'user');
	if (map === null) return {...config, linux: {...linux, namespaces}};
	return {...config, linux: {...linux, uidMappings: ociRows(map.uids), gidMappings: ociRows(map.gids)}};
}

/** Whether root of the map may go to a folder by its path: each folder above lets it search, by its owner, group or others. */
export function isReachable(host: Host, folder: string, map: UserMap | null): boolean {
	if (!isRange(map)) return true;
	const [uid, gid] = mappedRoot(map);
	for (let path = folder; ; path = dirname(path)) {
		const found = host.stat(path);
		if (found === undefined) return false;
		const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
		if ((found.mode & bit) === 0) return false;
		if (path === '/') return true;
	}
}

/** Whether this process is in a user namespace, or an ordinary user: neither makes device nodes that open. */
export function isNested({host, facts}: Machine): boolean {
	const [row] = rowsOf(host.readText('/proc/self/uid_map') ?? '0 0 4294967295');
	return facts.user.uid !== 0 || row?.outside !== 0 || row.count < 4_294_967_295;
}
