import {TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {isRange, type RangeMap, rangeMapOf, rootItself, type UserMap, userMapOf} from '../../host/id-map.ts';
import {toolboxFolder} from '../../host/programs/sealed-tools.ts';
import {type ImageFacts, lowerFolders} from '../../image/store/facts.ts';
import type {OciConfig} from '../../oci/config.ts';
import {type Extras, extrasOf} from '../../oci/extras.ts';
import {toOciConfig} from '../../oci/lower.ts';
import type {DeviceFacts, HostRootEntry, HostView, PlanInput} from '../../plan/input/input.ts';
import {planContainer as plan} from '../../plan/plan-container.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {readConnections} from '../../state/connections.ts';
import {containerFolder} from '../../state/record.ts';
import {volumePlace} from '../../state/volume.ts';
import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {SpecRequest} from '../machine/spec-request.ts';
import {bindSources, hostMounts, lockedFlags, withReal} from './bind-sources.ts';
import type {WithCdi} from './cdi-devices.ts';
import {checkPolicy, hasMaximum} from './check-policy.ts';
import {type FoundImage, findImage} from './find-image.ts';
import {fitReproducible} from './fit-reproducible.ts';
import {givenMounts} from './given-files.ts';
import {hostView} from './host-view.ts';
import {nameFiles, nameSources} from './name-files.ts';
import {present} from '../../spec/syntax/pick.ts';
import {refuseMissingKinds} from './resolve-parent.ts';
import {leftOut, resolvedPorts, resolveNetworks} from './resolve-networks.ts';
import {resolveJoined, withJoined} from './resolve-joined.ts';
import {resolveVolumes} from './resolve-volumes.ts';
import {warningsOf} from '../../spec/project/idle-warnings.ts';
import type {MountsOfOthers} from './volumes-from.ts';
import {seccompFilter} from './seccomp.ts';

/** The entries of the host's root for an unprivileged user's container: see {@link HostRootEntry}. */
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
 * Adds a user namespace to the container of an unprivileged user. A container without a mount namespace cannot have one and is
 * planned as for root. Root's containers have one if the spec asks for it.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED when there are no ids to map to.
 */
function mapped(service: Service, facts: HostFacts): {readonly service: Service; readonly map: UserMap | null} {
	if (!service.namespaces.includes('mount') && service.profile !== 'bare') return {service, map: null};
	if (facts.user.uid === 0) return {service, map: rootMap(service, facts)};
	if (service.usernsMode === 'host')
		throw new TsboxError('E_PERMISSION', 'only root can start a container with the user ids of the host', {
			why: 'an unprivileged user can mount only in a user namespace',
			hint: 'remove `userns_mode: host`, or run it with sudo',
		});
	checkOwnId(facts);
	const namespaces = service.namespaces.includes('user')
		? service.namespaces
		: [...service.namespaces, 'user' as const];
	return {service: {...service, namespaces}, map: userMapOf(facts)};
}

/** The map of a container that root starts. In a bare one root stays itself: its files and the cgroup must be within reach. */
function rootMap({namespaces, profile}: Service, facts: HostFacts): UserMap | null {
	if (!namespaces.includes('user')) return null;
	return profile === 'bare' ? rootItself : rangeMap(facts);
}

const addRange = 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535';

function rangeMap(facts: HostFacts): RangeMap {
	const map = rangeMapOf(facts);
	if ([...map.uids, ...map.gids].some(({outside}) => outside === 0))
		throw new TsboxError('E_HOST_UNSUPPORTED', "root's range of subordinate ids includes root itself", {
			why: 'root of the container would be root of the host',
			hint: 'change the line for root in /etc/subuid and /etc/subgid',
		});
	return map;
}

/** Two ids of a container cannot map to the same id outside: user_namespaces(7). */
function checkOwnId({user, userNamespace}: HostFacts): void {
	const [uids] = userNamespace.subuids;
	const [gids] = userNamespace.subgids;
	const holds = (range: typeof uids, id: number): boolean =>
		range !== undefined && id >= range.start && id < range.start + range.count;
	const file = holds(uids, user.uid) ? '/etc/subuid' : holds(gids, user.gid) ? '/etc/subgid' : undefined;
	if (file === undefined) return;
	throw new TsboxError('E_HOST_UNSUPPORTED', `your range in ${file} includes your own id`, {
		why: 'root in the container maps to you, so no other id can',
		hint: `remove that line, then add another range: \`sudo ${addRange} $USER\``,
	});
}

/** Refuses a kept layer that was written with another id map: its files would have wrong owners. */
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

/** Looks up the host devices that the service asks for. */
function devices(host: Host, service: Service): Readonly<Record<string, DeviceFacts>> {
	return Object.fromEntries(
		service.devices.map(({source}) => {
			const real = host.realpath(source);
			const device = real === undefined ? undefined : host.stat(real)?.device;
			if (real === undefined || device === undefined || !real.startsWith('/dev/'))
				throw new TsboxError('E_SPEC_INVALID', `${source} is not a device of this host`, {
					why: real === undefined ? 'it does not exist' : `it is ${real}, which is not a device below /dev`,
					hint: 'see `ls -l /dev`',
				});
			return [source, {real, ...device}];
		}),
	);
}

/** The service with what its image says. */
async function withItsImage(asked: Service, {image, config}: FoundImage, project: Project): Promise<Service> {
	if (config === undefined || image.kind !== 'image') return asked;
	const {withImage} = await import('../../spec/merge/with-image.ts');
	return withImage(asked, config, {reference: image.reference, project: project.name});
}

// Few services ask for these, and a start reads no more code than it needs.

async function withMountsOfOthers(service: Service, others: MountsOfOthers): Promise<Service> {
	if (service.volumesFrom === undefined) return service;
	const {withVolumesFrom} = await import('./volumes-from.ts');
	return withVolumesFrom(service, others);
}

async function withItsDevices(host: Host, service: Service, bestEffort: boolean): Promise<WithCdi> {
	if (service.cdi === undefined) return {service, warnings: []};
	const {withCdi} = await import('./cdi-devices.ts');
	return withCdi(host, service, bestEffort);
}

async function withItsLimits(host: Host, service: Service, config: OciConfig): Promise<OciConfig> {
	if (service.blkio?.devices === undefined) return config;
	const {withBlockDevices} = await import('./block-devices.ts');
	return withBlockDevices(host, service, config);
}

/** The configuration with another working directory of the command. */
function startingIn(cwd: string | undefined, config: OciConfig): OciConfig {
	return cwd === undefined ? config : {...config, process: {...config.process, cwd}};
}

/** The configuration with the id map in the form of the OCI runtime-spec. */
function withMappings(config: OciConfig, map: UserMap | null): OciConfig {
	if (map === null) return config;
	const rows = (ids: UserMap['uids']): NonNullable<OciConfig['linux']['uidMappings']> =>
		ids.map(({inside, outside, count}) => ({containerID: inside, hostID: outside, size: count}));
	return {...config, linux: {...config.linux, uidMappings: rows(map.uids), gidMappings: rows(map.gids)}};
}

function imagePath(image: ImageFacts): string {
	return lowerFolders(image)[0] ?? '/';
}

/** The service with the networks that `network connect` has put its container on. */
function withConnections({host, dirs}: Machine, service: Service): Service {
	const {networks = [], namespaces, name} = service;
	if (!namespaces.includes('network')) return service;
	const added = readConnections(host, dirs.state, name).filter(({network}) =>
		networks.every(each => each.network.name !== network.name),
	);
	return added.length === 0 ? service : {...service, networks: [...networks, ...added]};
}

function withWarnings(extras: Extras, warnings: readonly string[]): Extras {
	return warnings.length === 0 ? extras : {...extras, warnings: [...extras.warnings, ...warnings]};
}

/** Says once for a project that its services go without the network that they have elsewhere. */
function leftOutWarnings(machine: Machine, {services}: Project, service: Service): readonly string[] {
	const trouble = leftOut(machine, service);
	const first = services.find(each => leftOut(machine, each) !== undefined);
	if (trouble === undefined || first?.name !== service.name) return [];
	return [`the services have no network, and do not find each other: ${trouble.message}; ${trouble.hint}`];
}

/** The warnings of the project that this container prints: each is printed once. */
function ownWarnings({warnings = [], services, active}: Project, {service, replica}: Service): readonly string[] {
	if (replica !== undefined) return [];
	return warningsOf(warnings, service, active ?? services.map(each => each.service));
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

/** Options of planning. */
export interface PlanOptions {
	/** Whether the container gets a pty; by default the spec's `tty`. */
	readonly tty?: boolean;
	/** Change nothing on the machine: remember no digest and create no source folder. */
	readonly dry?: boolean;
	/** A script will need the archive of `rootfs: minimal`. */
	readonly forScript?: boolean;
	/** Existing working directory of the command; by default `working_dir` of the spec, which is created. */
	readonly cwd?: string | undefined;
	/** Process ids to use up before the command starts. */
	readonly usedNumbers?: number;
	readonly signal?: AbortSignal;
	/** Builds the image of a service whose spec has a `build`, if it must be. */
	readonly buildImage?: (project: Project, services: readonly string[]) => Promise<void>;
	/** Progress in bytes while an archive with unknown digest is read. */
	readonly onRead?: (archive: string, done: number, total: number) => void;
	/** Finds the image of a record, whose `rootfs` is not used; `ids` is the id map for the owners of its files. */
	readonly findImage?: (ids: RangeMap | undefined) => Promise<ImageFacts>;
}

/**
 * Reads the spec, inspects its image and sources, and plans the steps.
 *
 * @throws TsboxError for an invalid spec, or for a setting that this machine cannot provide.
 */
export async function planContainer(
	machine: Machine,
	request: SpecRequest,
	options: PlanOptions = {dry: true},
): Promise<PlannedContainer> {
	// A service that is loaded already, as in a supervisor, needs no parser.
	const {loadProject, pickService} = await import('../machine/load-project.ts');
	const project = await loadProject(request, machine);
	const service = pickService(project, request.service);
	if (project.builds?.[service.service] !== undefined) await options.buildImage?.(project, [service.service]);
	return planService(machine, project, service, request, options);
}

/**
 * Plans a service that was loaded before. Later changes of its spec file do not matter.
 *
 * @throws TsboxError for a setting that this machine cannot provide.
 */
export async function planService(
	machine: Machine,
	project: Project,
	asked: Service,
	request: Pick<SpecRequest, 'bestEffort' | 'executor' | 'traceSeccomp'>,
	options: PlanOptions,
): Promise<PlannedContainer> {
	const {service, made, input} = await planInput(machine, project, asked, request, options);
	const {image, config} = input;
	return {project, service, made, image, config, plan: plan(input), ...present({egress: input.networks?.egress})};
}

/**
 * Collects the planner's input for a service on this machine, and the service with what its image says, adjusted to the machine.
 *
 * @throws TsboxError for a setting that this machine cannot provide.
 */
export async function planInput(
	machine: Machine,
	project: Project,
	asked: Service,
	request: Pick<SpecRequest, 'bestEffort' | 'executor' | 'traceSeccomp'>,
	options: PlanOptions,
): Promise<{readonly service: Service; readonly made: Service; readonly input: PlanInput}> {
	const {host, dirs, facts} = machine;
	const {map} = mapped(asked, facts);
	const ids = isRange(map) && !facts.overlay.idmapped ? map : undefined;
	const found: FoundImage = await (options.findImage?.(ids).then(each => ({image: each})) ??
		findImage(machine, asked, ids, options));
	const {image} = found;
	const made = await withItsImage(asked, found, project);
	const {service: asIs} = mapped(made, facts);
	const bestEffort = request.bestEffort ?? machine.bestEffort;
	const whole = await withMountsOfOthers(asIs, {
		machine,
		project,
		made: async other => withItsImage(other, await findImage(machine, other, ids, options), project),
		dry: options.dry === true && options.forScript !== true,
	});
	const equipped = await withItsDevices(host, whole, bestEffort);
	const unresolved = fitReproducible(equipped.service, facts, map);
	const excerpts = options.findImage === undefined;
	checkPolicy(machine, unresolved, project.file, {excerpts});
	const {service: spec, volumes} = resolveVolumes(machine, unresolved);
	const service = withConnections(machine, spec);
	checkKept(machine, service, map);
	await refuseMissingKinds(machine, service.networks);
	const networks = resolveNetworks(machine, service, options.dry === true && options.forScript !== true);
	const others = resolveJoined(machine, project, service, {
		map,
		dry: options.dry === true && options.forScript !== true,
	});
	const named =
		networks === null
			? others.names.filter(({target}) => service.volumes.every(volume => volume.target !== target))
			: nameFiles(networks, service);
	const given = givenMounts(containerFolder(dirs.state, service.name), service);
	const sources = bindSources(
		host,
		service,
		volumes.map(({mount: {volume, subpath}}) => ({
			name: volume.name,
			data: volumePlace(dirs, volume),
			subpath,
		})),
		options.dry !== true,
	);
	// Check again with the resolved paths, since a symlink may have changed after the first check.
	checkPolicy(machine, withReal(unresolved, sources), project.file, {excerpts});
	const tty = options.tty ?? service.tty ?? false;
	const folders = map === null || isRange(map) || image.kind !== 'host' ? [] : hostRoot(host);
	const {networks: joins, ...rest} = service;
	const joined: Service =
		networks === null || networks.joins.length === 0
			? rest
			: {...rest, ...present({networks: joins}), ports: resolvedPorts(service, networks)};
	const withNames = {
		...service,
		...present({hostname: others.hostname ?? service.hostname}),
		tty,
		volumes: [...service.volumes, ...named, ...given],
	};
	const lowered = await withItsLimits(host, service, toOciConfig(withNames, imagePath(image)));
	const config = startingIn(options.cwd, withMappings(withJoined(lowered, others.namespaces), map));
	const input: PlanInput = {
		extras: withWarnings(extrasOf(joined, facts.memory), [
			...leftOutWarnings(machine, project, service),
			...ownWarnings(project, service),
			...equipped.warnings,
		]),
		config,
		facts,
		image,
		sources: {...sources, ...nameSources([...named, ...given])},
		...(others.namespaces.length === 0 ? {} : {joined: others.namespaces}),
		networks,
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
		// A limit that a policy demands must not be skipped.
		bestEffort: !hasMaximum(machine) && bestEffort,
		executor: request.executor ?? machine.executor ?? 'auto',
		...(options.usedNumbers === undefined ? {} : {usedNumbers: options.usedNumbers}),
	};
	return {service: joined, made, input};
}
