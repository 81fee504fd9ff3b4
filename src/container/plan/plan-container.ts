import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {SpecRequest} from '../machine/spec-request.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import type {HostFacts} from '../../host/facts.ts';
import {isRange, type RangeMap, rangeMapOf, type UserMap, userMapOf} from '../../host/id-map.ts';
import {toolboxFolder} from '../../host/programs/sealed-tools.ts';
import type {ImageFacts} from '../../image/store/facts.ts';
import {imageFacts} from '../../image/store/facts-of.ts';
import type {OciConfig} from '../../oci/config.ts';
import {extrasOf} from '../../oci/extras.ts';
import {toOciConfig} from '../../oci/lower.ts';
import type {DeviceFacts, HostRootEntry, HostView, PlanInput} from '../../plan/input/input.ts';
import {fitReproducible} from './fit-reproducible.ts';
import {planContainer as plan} from '../../plan/plan-container.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {volumeData} from '../../state/volume.ts';
import {bindSources, hostMounts, lockedFlags, withReal} from './bind-sources.ts';
import {checkPolicy, hasMaximum} from './check-policy.ts';
import {hostView} from './host-view.ts';
import {loadProject, pickService} from '../machine/load-project.ts';
import {resolveVolumes} from './resolve-volumes.ts';
import {seccompFilter} from './seccomp.ts';

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
			hint: `choose an unused range: \`${addRange} root\``,
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
		why: 'root in the container is you, and no other id of it may be you',
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
					why: real === undefined ? 'it does not exist' : `it is ${real}, which is no device below /dev`,
					hint: 'see `ls -l /dev`',
				});
			return [source, {real, ...device}];
		}),
	);
}

/** The same, with a command that starts in another folder. */
function startingIn(cwd: string | undefined, config: OciConfig): OciConfig {
	return cwd === undefined ? config : {...config, process: {...config.process, cwd}};
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

function viewOf(
	{host, dirs}: Machine,
	{rootfs}: Service,
	folders: readonly HostRootEntry[],
	map: UserMap | null,
): HostView {
	const show = rootfs.kind === 'host' ? (rootfs.show ?? []) : [];
	return hostView(host, {dirs, show, hostRoot: folders, asNobody: isRange(map)});
}

/** How a plan is to be made. */
export interface PlanOptions {
	/** The container gets a pty; the spec's `tty` where the caller does not say. */
	readonly tty?: boolean;
	/** Changes nothing on the machine: no digest is remembered, no source folder made. */
	readonly dry?: boolean;
	/** The folder that the command starts in, which must be there; by default `working_dir` of the spec, which is made. */
	readonly cwd?: string | undefined;
	/** Process numbers that are used up before the command starts. */
	readonly usedNumbers?: number;
	readonly signal?: AbortSignal;
	/** Told how far the reading of an archive is whose digest is not known: bytes of its size. */
	readonly onRead?: (archive: string, done: number, total: number) => void;
	/** Of a record, whose spec is not read: finds the image in place of looking at its `rootfs`; `ids` are the owners that its files are to have. */
	readonly findImage?: (ids: RangeMap | undefined) => Promise<ImageFacts>;
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
	const project = await loadProject(request, machine);
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
	const {service, input} = await planInput(machine, project, asked, request, options);
	const {image, config} = input;
	return {project, service, image, config, plan: plan(input)};
}

/**
 * All that the plan of a service is made from, looked up on this machine, and the service as it can be had here.
 *
 * @throws TsboxError for what can't be had on it.
 */
export async function planInput(
	machine: Machine,
	project: Project,
	asked: Service,
	request: Pick<SpecRequest, 'bestEffort' | 'traceSeccomp'>,
	options: PlanOptions,
): Promise<{readonly service: Service; readonly input: PlanInput}> {
	const {host, dirs, facts} = machine;
	const {service: asIs, map} = mapped(asked, facts);
	const unresolved = fitReproducible(asIs, facts, map);
	const excerpts = options.findImage === undefined;
	checkPolicy(machine, unresolved, project.file, {excerpts});
	const {service, volumes} = resolveVolumes(machine, unresolved);
	checkKept(machine, service, map);
	const ids = isRange(map) && !facts.overlay.idmapped ? map : undefined;
	const image = await (options.findImage?.(ids) ??
		imageFacts(host, dirs.store, service.rootfs, {
			...(ids === undefined ? {} : {ids}),
			remember: options.dry !== true,
			...present({signal: options.signal, onRead: options.onRead}),
		}));
	const found = bindSources(
		host,
		service,
		volumes.map(({mount}) => volumeData(dirs.store, mount.volume.name)),
		options.dry !== true,
	);
	// Once more, as they were resolved: a symlink may have been changed since.
	checkPolicy(machine, withReal(unresolved, found), project.file, {excerpts});
	const tty = options.tty ?? service.tty ?? false;
	const folders = map === null || isRange(map) || image.kind !== 'host' ? [] : hostRoot(host);
	const config = startingIn(options.cwd, withMappings(toOciConfig({...service, tty}, imagePath(image)), map));
	const input: PlanInput = {
		extras: extrasOf(service, facts.memory),
		config,
		facts,
		image,
		sources: found,
		volumes,
		devices: devices(host, service),
		folders: dirs,
		spec: project.file,
		tty,
		map,
		hostRoot: folders,
		hostView: image.kind === 'host' ? viewOf(machine, service, folders, map) : {hidden: [], shown: []},
		toolsSealed: unlessForbidden(() => host.lstat(toolboxFolder(facts, dirs.store))) !== undefined,
		storeLocked: map === null || isRange(map) ? [] : lockedFlags(hostMounts(host), dirs.store),
		seccomp: await seccompFilter(machine, service, config, options.dry !== true, request.traceSeccomp === true),
		// A limit that a policy asks for is not left out.
		bestEffort: !hasMaximum(machine) && (request.bestEffort ?? machine.bestEffort),
		...(options.usedNumbers === undefined ? {} : {usedNumbers: options.usedNumbers}),
	};
	return {service, input};
}
