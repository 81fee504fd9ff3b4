import {containerNameOf} from '../values/container-name.ts';
import {hostNameOf} from '../values/host-name.ts';
import {impossibleMixes} from '../keys/mixes.ts';
import {type Picker, pickerOf, present} from '../syntax/pick.ts';
import type {Problem} from '../syntax/problem.ts';
import {healthcheckFields} from '../model/healthcheck.ts';
import type {NamespaceKind, Service} from '../model/project.ts';
import type {DeclaredVolume} from '../volumes/named-volume.ts';
import {readScale} from '../keys/replicas.ts';
import {fixedEnvironment, fixedNames, fixedPick, withSize} from '../keys/reproducible.ts';
import {readCommand} from '../keys/read-command.ts';
import {readEnvironment, type VariablesContext} from '../keys/environment.ts';
import {deployedRestart, otherLimits} from './deployed.ts';
import {readDevices} from './read-devices.ts';
import {readLabels} from './read-labels.ts';
import {readKeys} from '../keys/service-keys.ts';
import {readSecurity} from '../keys/read-security.ts';
import {readJoins} from '../network/read-joins.ts';
import type {FileNetworks} from '../network/read-networks.ts';
import {withLinks} from '../network/links.ts';
import {joinedOf, namespaceChoices} from '../model/namespace-mode.ts';
import {withOwners} from '../namespaces/owners.ts';
import {readVolumes} from '../keys/read-volumes.ts';
import {readRoot} from '../keys/read-root.ts';
import {resolveSource} from '../keys/rootfs.ts';
import {readBuild} from '../build/read-build.ts';
import {readDevelop} from '../develop/read-develop.ts';
import type {ConfigsInput, SecretsInput} from '../given/given-schema.ts';
import type {BuildSource} from '../model/build-source.ts';
import type {WatchRule} from '../model/watch-rule.ts';
import {readGiven} from '../given/read-given.ts';
import type {Lookup} from '../syntax/interpolate.ts';
import type {ServiceInput} from '../keys/service-schema.ts';
import type {Places} from '../syntax/tree.ts';

/** The new namespaces by default. `user` and `time` are not among them, because few programs expect what they change. */
const defaultNamespaces: readonly NamespaceKind[] = ['mount', 'pid', 'uts', 'ipc', 'network', 'cgroup'];

/** The surroundings of a container in its file. */
export interface ServiceContext extends VariablesContext {
	/** The key under `services:`; undefined for a file with one container. */
	readonly key: string | undefined;
	readonly project: string;
	/** The named volumes of the file; undefined for a file with one container, which cannot declare volumes. */
	readonly volumes: readonly DeclaredVolume[] | undefined;
	readonly networks: FileNetworks;
	/** The secrets and the services of the file, which a build may name. */
	readonly secrets: SecretsInput | undefined;
	readonly configs: ConfigsInput | undefined;
	/** The variables of the project. */
	readonly variables: Lookup;
	readonly services: readonly string[];
	/** Whether the file already has problems. Then checks whose problems may only follow from those are skipped. */
	readonly broken: boolean;
}

/** What a container of a spec was read to. */
export interface ReadService {
	readonly service: Service;
	/** How its image is made, if the spec says so. */
	readonly build: BuildSource | undefined;
	/** The files that are followed for it. */
	readonly watch: readonly WatchRule[];
	readonly scale: number;
	readonly problems: readonly Problem[];
}

/** Turns the output of the schema into a service: applies overrides and defaults, reads files, and finds impossible mixes. */
export function readService(input: ServiceInput, places: Places, context: ServiceContext): ReadService {
	const {folder, request} = context;
	const {options = {}} = request;
	const picker = pickerOf(places);
	const reproducible = options.reproducible ?? input.reproducible ?? false;
	const command = readCommand(input, picker, options);
	const {environment, withoutVariables} = readEnvironment(input, picker, context, reproducible ? fixedEnvironment : {});
	const read = readKeys(input, {
		picker,
		options,
		reproducible,
		limits: otherLimits(input),
		restartPolicy: deployedRestart(input),
	});
	const fixed = fixedPick(picker, reproducible);
	const name = readName(input, picker, context);
	const written: readonly NamespaceKind[] | undefined = input.namespaces;
	const isBare = read.profile === 'bare';
	const build =
		input.build === undefined
			? undefined
			: readBuild(input.build, picker, {
					image: input.image,
					platform: input.platform,
					fallback: context.key === undefined ? context.project : `${context.project}-${context.key}`,
					secrets: context.secrets,
					services: context.services,
					reproducible,
					variablesAt: context.variablesAt,
					resolve: path => resolveSource(path, folder, request.env),
				});
	const watch =
		input.develop === undefined
			? []
			: readDevelop(input.develop, picker, path => resolveSource(path, folder, request.env));
	// `network_mode: host`, `pid: service:db` and the like are the short way to write the others.
	const shared = namespaceChoices(read).flatMap(({kind, from}) => (from === 'own' ? [] : [kind]));
	const own = defaultNamespaces.filter(kind => !shared.includes(kind));
	const listed = fixed('namespaces', written, [...own, 'time'], isBare ? [] : own);
	const namespaces = read.usernsMode === 'auto' ? [...listed, 'user' as const] : listed;
	const uts = namespaces.includes('uts');
	const joined = joinedOf(read);
	const linked = withLinks(read.dependsOn, input.links, context.services, picker);
	const givers = (read.volumesFrom ?? []).map(from => ({key: 'volumes_from', from}));
	const dependsOn = withOwners(linked, [...joined, ...givers], context, picker);
	// With the network of another container goes its host name.
	const isNamed = uts && !isBare && joined.every(({kind}) => kind !== 'network');
	const networks = readJoins(input.networks, picker, {
		networks: context.networks,
		mode: read.networkMode,
		isOpen: namespaces.includes('network') && !isBare && !reproducible,
		isNetworked: context.key !== undefined || read.ports.length > 0 || read.egress !== undefined,
		mac: input.mac_address,
	});
	const {binds, given} = readGiven(input, picker, {
		...context,
		resolve: path => resolveSource(path, folder, request.env),
	});
	const service: Omit<Service, 'origins'> = {
		service: context.key ?? name,
		...(options.oneOff?.service === context.key && options.oneOff && {oneOff: {aliases: options.oneOff.aliases}}),
		name,
		...read,
		// A host has no ports of a container, and nobody reaches one without a network: a row of composeRows warns.
		...(read.networkMode === 'host' || read.networkMode === 'none' ? {ports: []} : {}),
		...(isBare && input.root === undefined ? {root: 'chroot' as const} : {}),
		rootfs: readRoot(input, picker, folder, request, build),
		...command,
		environment,
		labels: readLabels(input, picker, context),
		...readDevices(input, picker),
		...(withoutVariables.length === 0 ? {} : {withoutVariables}),
		volumes: [
			...readVolumes(input, picker, folder, request, {
				declared: context.volumes,
				owner: {container: name, project: context.project},
			}).map(volume => (reproducible ? withSize(volume) : volume)),
			...binds,
		],
		...(given.length === 0 ? {} : {given}),
		namespaces: [...new Set(namespaces)],
		...readSecurity(input.security_opt ?? [], read.privileged, picker, folder, request, isBare),
		...present({
			dependsOn,
			networks,
			hostname: fixed(
				'hostname',
				input.hostname,
				uts ? fixedNames.hostname : undefined,
				isNamed ? hostNameOf(name) : undefined,
			),
			domainname: fixed('domainname', input.domainname, uts ? fixedNames.domainname : undefined, undefined),
		}),
	};
	noteHealthcheck(input, picker);
	const scale = readScale(input, picker, service.service, request);
	const whole: Service = {...service, origins: Object.fromEntries(picker.origins)};
	if (!context.broken && picker.problems.length === 0) {
		for (const {key, message, hint} of impossibleMixes(whole)) picker.invalid(picker.placeOf(key), message, hint);
	}
	return {service: whole, build, watch, scale, problems: picker.problems};
}

/** Notes what the spec says of the health check: the rest may be the image's, also of one that the spec turns off. */
function noteHealthcheck({healthcheck}: ServiceInput, {places, noteAt}: Picker): void {
	if (healthcheck === null) noteAt('healthcheck', ['healthcheck']);
	for (const key of Object.keys(healthcheckFields))
		if (healthcheck && places.has(['healthcheck', key])) noteAt(`healthcheck.${key}`, ['healthcheck', key]);
}

function readName(input: ServiceInput, picker: Picker, {key, project, request}: ServiceContext): string {
	const {places} = picker;
	const derived = containerNameOf(project, key, 1);
	const name = picker.override('--name', request.options?.name, 'name', input.container_name, derived);
	// In the file the key is `container_name`, or `name` at the top of a file with one container.
	if (picker.origins.get('name')?.kind === 'option') return name;
	if (input.container_name !== undefined) picker.noteAt('name', ['container_name']);
	else if (key === undefined && places.has(['name'])) picker.noteAt('name', ['name']);
	return name;
}
