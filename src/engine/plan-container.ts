import {TsboxError} from '../errors/tsbox-error.ts';
import {unlessForbidden} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import type {HostFacts} from '../host/facts.ts';
import {isRange, type RangeMap, rangeMapOf, type UserMap, userMapOf} from '../host/id-map.ts';
import {toolboxFolder} from '../host/sealed-tools.ts';
import {type MountInfo, mountOf, parseMountinfo} from '../host/probe/mountinfo.ts';
import type {ImageFacts} from '../image/facts.ts';
import {imageFacts} from '../image/facts-of.ts';
import type {OciConfig} from '../oci/config.ts';
import {toOciConfig} from '../oci/lower.ts';
import type {DeviceFacts, HostRootEntry, SourceFacts} from '../plan/input.ts';
import {fitReproducible} from '../plan/fit-reproducible.ts';
import {planContainer as plan} from '../plan/plan-container.ts';
import type {Project, Service} from '../spec/project.ts';
import {volumeData} from '../state/volume.ts';
import {loadProject, pickService} from './load-project.ts';
import {resolveVolumes} from './resolve-volumes.ts';
import {seccompFilter} from './seccomp.ts';
import type {Machine, PlannedContainer, SpecRequest} from './types.ts';

/** Resolves the sources of the bind mounts, once; what the plan names afterwards has no symlink in it. */
function sources(
	host: Host,
	service: Service,
	named: readonly string[],
	make: boolean,
): Readonly<Record<string, SourceFacts>> {
	const mounts = hostMounts(host);
	const found: Record<string, SourceFacts> = {};
	for (const volume of service.volumes) {
		if (volume.type !== 'bind') continue;
		if (named.includes(volume.source)) {
			// It may be made only when the plan is carried out; nobody else can put something in its place.
			found[volume.source] = {
				real: volume.source,
				kind: 'folder',
				submounts: [],
				locked: lockedFlags(mounts, volume.source),
			};
			continue;
		}
		if (volume.createHostPath && make && host.stat(volume.source) === undefined) host.mkdirs(volume.source, 0o755);
		const real = host.realpath(volume.source);
		const kind = real === undefined ? undefined : host.stat(real)?.kind;
		if (real === undefined || kind === undefined) {
			if (volume.createHostPath) {
				found[volume.source] = {real: volume.source, kind: 'folder', submounts: [], locked: []};
				continue;
			}
			throw new TsboxError('E_SPEC_INVALID', `the mount source ${volume.source} does not exist`, {
				why: `it is to be mounted on ${volume.target}`,
				hint: 'make it first, or let it be made with `bind: {create_host_path: true}`',
			});
		}
		const below = mounts
			.map(row => row.target)
			.filter(target => target.startsWith(real === '/' ? '/' : `${real}/`) && target !== '/');
		const submounts = volume.recursive
			? [...new Set(below)].toSorted().map(target => target.slice(real === '/' ? 1 : real.length + 1))
			: [];
		found[volume.source] = {
			real,
			kind: kind === 'directory' ? 'folder' : 'file',
			submounts,
			locked: lockedFlags(mounts, real),
		};
	}
	return found;
}

function hostMounts(host: Host): readonly MountInfo[] {
	return parseMountinfo(host.readText('/proc/self/mountinfo') ?? '');
}

/** Flags of the mount that a path lies on, which a remount in a user namespace may not take away; mount_namespaces(7). */
function lockedFlags(mounts: readonly MountInfo[], path: string): readonly string[] {
	const lockable = ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime'];
	return (mountOf(path, mounts)?.options ?? []).filter(option => lockable.includes(option));
}

/** What a user's container is to show of the host's root: see {@link HostRootEntry}. */
function hostRoot(host: Host): readonly HostRootEntry[] {
	const targets = hostMounts(host).map(({target}) => target);
	return host.list('/').flatMap((name): readonly HostRootEntry[] => {
		const path = `/${name}`;
		const kind = host.lstat(path)?.kind;
		if (['proc', 'sys', 'dev'].includes(name) || /[,:\\"\s]/.test(name)) return [];
		if (kind === 'symlink') return [{name, kind}];
		if (kind !== 'directory') return [];
		const covered = targets.some(target => target === path || target.startsWith(`${path}/`));
		return [{name, kind: covered ? 'covered' : 'folder'}];
	});
}

/**
 * How an ordinary user's container differs: it has a user namespace. One without mounts of its own can't be had so, and is
 * planned as for root. Root's containers have one where the spec asks for it.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED where there are no ids to map to.
 */
function mapped(service: Service, facts: HostFacts): {readonly service: Service; readonly map: UserMap | null} {
	if (!service.namespaces.includes('mount')) return {service, map: null};
	if (facts.user.uid === 0) return {service, map: service.namespaces.includes('user') ? rangeMap(facts) : null};
	if (service.usernsMode === 'host')
		throw new TsboxError('E_PERMISSION', 'only root can start a container with the user ids of the host', {
			why: 'an ordinary user has power over mounts in a user namespace alone',
			hint: 'take `userns_mode: host` out, or run it with sudo',
		});
	checkOwnId(facts);
	const namespaces = service.namespaces.includes('user')
		? service.namespaces
		: [...service.namespaces, 'user' as const];
	return {service: {...service, namespaces}, map: userMapOf(facts)};
}

const addRange = 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535';

function rangeMap(facts: HostFacts): RangeMap {
	const map = rangeMapOf(facts);
	const [uids] = map?.uids ?? [];
	if (map === undefined || uids === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'root of this host has no ids to give to a container', {
			why: 'there is no line for root in both /etc/subuid and /etc/subgid',
			hint: `choose a range that nobody has: \`${addRange} root\``,
		});
	if (facts.tools.newuidmap === null || facts.tools.newgidmap === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no newuidmap and newgidmap', {
			why: 'unshare(1) has them write the map of a user namespace',
			hint: 'install them (Debian: uidmap)',
		});
	if ([...map.uids, ...map.gids].some(({outside}) => outside === 0))
		throw new TsboxError('E_HOST_UNSUPPORTED', "root's range of ids begins with root itself", {
			why: 'root of the container would be root of the host',
			hint: 'change the line for root in /etc/subuid and /etc/subgid',
		});
	return map;
}

/** Two ids of a container can't be the same one outside: user_namespaces(7). */
function checkOwnId({user, userNamespace}: HostFacts): void {
	const [uids] = userNamespace.subuids;
	const [gids] = userNamespace.subgids;
	const holds = (range: typeof uids, id: number): boolean =>
		range !== undefined && id >= range.start && id < range.start + range.count;
	const file = holds(uids, user.uid) ? '/etc/subuid' : holds(gids, user.gid) ? '/etc/subgid' : undefined;
	if (file === undefined) return;
	throw new TsboxError('E_HOST_UNSUPPORTED', `your range in ${file} holds your own id`, {
		why: 'root of a container is you, and nobody else of it may be',
		hint: `ask for another range: \`sudo ${addRange} $USER\` after taking that line out`,
	});
}

/** What was kept with other ids can't be used: its files would be nobody's, or somebody else's. */
function checkKept({host, dirs, facts}: Machine, {keep, name}: Service, map: UserMap | null): void {
	const upper = `${dirs.store}/kept/${name}/upper`;
	const owner = keep ? host.lstat(upper)?.uid : undefined;
	const wanted = isRange(map) ? map.uids[0]?.outside : facts.user.uid;
	if (owner === undefined || owner === wanted) return;
	throw new TsboxError('E_SPEC_INVALID', `the kept layer of ${name} belongs to other ids`, {
		why: `root of the container that wrote it was uid ${owner} of the host, and now is ${wanted ?? 0}`,
		hint: `go back to the \`userns_mode\` that it had, or remove ${dirs.store}/kept/${name}`,
	});
}

/** Looks at the devices of the host that the service asks for. */
function devices(host: Host, service: Service): Readonly<Record<string, DeviceFacts>> {
	return Object.fromEntries(
		service.devices.map(({source}) => {
			const real = host.realpath(source);
			const device = real === undefined ? undefined : host.stat(real)?.device;
			if (real === undefined || device === undefined || !real.startsWith('/dev/'))
				throw new TsboxError('E_SPEC_INVALID', `${source} is no device of this host`, {
					why: real === undefined ? 'there is nothing of that name' : `it is ${real}, which is no device below /dev`,
					hint: 'see `ls -l /dev`',
				});
			return [source, {real, ...device}];
		}),
	);
}

/** The same, with the ids as the OCI runtime-spec writes them. */
function withMappings(config: OciConfig, map: UserMap | null): OciConfig {
	if (map === null) return config;
	const rows = (ids: UserMap['uids']): NonNullable<OciConfig['linux']['uidMappings']> =>
		ids.map(({inside, outside, count}) => ({containerID: inside, hostID: outside, size: count}));
	return {...config, linux: {...config.linux, uidMappings: rows(map.uids), gidMappings: rows(map.gids)}};
}

function imagePath(image: ImageFacts): string {
	return image.kind === 'host' ? '/' : image.path;
}

/** How a plan is to be made. */
export interface PlanOptions {
	/** The container gets a pty; the spec's `tty` where the caller does not say. */
	readonly tty?: boolean;
	/** Changes nothing on the machine: no digest is remembered, no source folder made. */
	readonly dry?: boolean;
	/** Process numbers that are used up before the command starts. */
	readonly usedNumbers?: number;
	readonly signal?: AbortSignal;
}

/**
 * Reads the spec, looks at its image and sources, and decides the steps.
 *
 * @throws TsboxError for whatever is wrong with the spec, or can't be had on this machine.
 */
export async function planContainer(
	machine: Machine,
	request: SpecRequest,
	options: PlanOptions = {dry: true},
): Promise<PlannedContainer> {
	const project = await loadProject(request, machine.host);
	return planService(machine, project, pickService(project, request.service), request, options);
}

/**
 * The same for a service that was read before: what its file says by now does not matter.
 *
 * @throws TsboxError for what can't be had on this machine.
 */
export async function planService(
	machine: Machine,
	project: Project,
	asked: Service,
	request: Pick<SpecRequest, 'bestEffort' | 'traceSeccomp'>,
	options: PlanOptions,
): Promise<PlannedContainer> {
	const {host, dirs, facts} = machine;
	const {service: unfitted, map} = mapped(asked, facts);
	const {service, volumes} = resolveVolumes(machine, fitReproducible(unfitted, facts, map));
	checkKept(machine, service, map);
	const image = await imageFacts(host, dirs.store, service.rootfs, {
		...(isRange(map) && !facts.overlay.idmapped ? {ids: map} : {}),
		remember: options.dry !== true,
		...(options.signal === undefined ? {} : {signal: options.signal}),
	});
	const tty = options.tty ?? service.tty ?? false;
	const config = withMappings(toOciConfig({...service, tty}, imagePath(image)), map);
	const input = {
		service,
		config,
		facts,
		image,
		sources: sources(
			host,
			service,
			volumes.map(({mount}) => volumeData(dirs.store, mount.volume.name)),
			options.dry !== true,
		),
		volumes,
		devices: devices(host, service),
		folders: dirs,
		spec: project.file,
		tty,
		map,
		hostRoot: map === null || isRange(map) || image.kind !== 'host' ? [] : hostRoot(host),
		toolsSealed: unlessForbidden(() => host.lstat(toolboxFolder(facts, dirs.store))) !== undefined,
		storeLocked: map === null || isRange(map) ? [] : lockedFlags(hostMounts(host), dirs.store),
		seccomp: await seccompFilter(machine, service, config, options.dry !== true, request.traceSeccomp === true),
		bestEffort: request.bestEffort ?? machine.bestEffort,
		...(options.usedNumbers === undefined ? {} : {usedNumbers: options.usedNumbers}),
	};
	return {project, service, image, config, plan: plan(input)};
}
