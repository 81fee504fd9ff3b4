import {resolve} from 'node:path';
import {containerNameOf, isComposeFile, nameOfFile, nameOfFolder, parseName} from '../values/container-name.ts';
import {withoutUnset} from './unset-keys.ts';
import {withoutUnused} from '../compose/unused-entries.ts';
import {withOneOff} from './one-off.ts';
import {withDefaults} from '../keys/defaults.ts';
import {dependencyProblems} from '../values/depends-on.ts';
import {containerFileSchema, projectFileSchema, type ServiceInput} from '../keys/service-schema.ts';
import {keysAt} from '../keys/known-keys.ts';
import {defaultNetwork, type FileNetworks, readNetworks} from '../network/read-networks.ts';
import {withLinkAliases} from '../network/links.ts';
import {sharedAddresses} from '../network/shared-addresses.ts';
import {type DeclaredVolume, readDeclared} from '../volumes/named-volume.ts';
import {present} from '../syntax/pick.ts';
import {activeServices, profileProblems} from '../keys/profiles.ts';
import {type Problem, specError} from '../syntax/problem.ts';
import type {Project, Service} from '../model/project.ts';
import type {NetworkDeclaration} from '../model/network.ts';
import type {ConfigsInput, SecretsInput} from '../given/given-schema.ts';
import type {SpecRequest} from '../keys/request.ts';
import {replicasOf, strangeScales, withoutIdle} from '../keys/replicas.ts';
import {idleWarnings} from './idle-warnings.ts';
import {alonePreStart, prepared} from './pre-start.ts';
import {readService} from './service.ts';
import {resolveSource} from '../keys/rootfs.ts';
import {isMap, parseLenient} from '../keys/parse-lenient.ts';
import {type Path, type Places, treeOf} from '../syntax/tree.ts';
import {nameProblems} from './name-problems.ts';
import {readFiles} from './read-files.ts';
import {strayServices} from './stray-services.ts';

/**
 * Reads a spec file: parses YAML, fills in variables, checks the schema, applies overrides and defaults, and finds values
 * that exclude each other. The result does not depend on the machine, except through the request's functions.
 *
 * @throws TsboxError with all problems of the file at once: E_SPEC_NOT_FOUND, E_SPEC_SYNTAX, E_SPEC_INVALID,
 * E_SPEC_VARIABLE, E_ROOTFS_NOT_FOUND, or E_USAGE for an invalid override.
 */
export function loadProject(request: SpecRequest): Project {
	const {root, file: path, folder, variables, variablesAt, problems: ofFiles, warnings: ofReading} = readFiles(request);
	if (ofFiles.some(problem => problem.code === 'E_SPEC_SYNTAX')) throw specError(ofFiles);
	const tree = treeOf(root);
	if (!isMap(tree.value)) throw specError([notAMap(tree.value, tree.places)]);
	const unused = withoutUnused(withoutUnset(tree.value));
	const amended = withOneOff(unused.file, request.options?.oneOff);
	const {value, places} = withDefaults(amended, tree.places, request.defaults);
	const byDefault = defaultName(request, path, folder);
	const isProject = Object.hasOwn(value, 'services');
	const asked = request.projectName ?? (isProject ? variables('COMPOSE_PROJECT_NAME')?.value || undefined : undefined);
	const file = fitFile(value, places, asked, byDefault);
	const schemaProblems = file.problems.filter(problem => !ofFiles.some(other => covers(problem, other)));
	const shape = [...ofFiles, ...schemaProblems];
	const project = request.options?.name ?? file.name ?? byDefault;
	const named = file.name ?? project;
	const services = file.containers.map(({key, input, places}) =>
		readService(input, places, {
			key,
			project: named,
			folder,
			request,
			broken: shape.length > 0,
			volumes: file.volumes,
			networks: file.networks,
			secrets: file.secrets,
			configs: file.configs,
			variables,
			variablesAt,
			services: file.containers.flatMap(({key: each}) => each ?? []),
		}),
	);
	const linksOf = (key: string) => file.containers.find(each => each.key === key)?.input.links ?? [];
	const linked = withLinkAliases(
		services.map(({service}) => service),
		linksOf,
	);
	const whole = file.containers.flatMap(({key, input, places}, at) => {
		const service = linked[at];
		if (service === undefined) return [];
		const scale = services[at]?.scale ?? 1;
		const files = {resolve: (path: string) => resolveSource(path, folder, request.env), kindOf: request.kindOf};
		const made = prepared(service, input.pre_start ?? [], {project: named, places, files});
		const shared = {key, places, at};
		const hooks = made.hooks.map(hook => ({
			...shared,
			service: hook,
			scale: Math.min(scale, 1),
			isHook: true,
			problems: [],
		}));
		return [...hooks, {...shared, service: made.service, scale, isHook: false, problems: made.problems}];
	});
	const all = whole.map(({service}) => service);
	const placesOfAll = whole.map(({places}) => places);
	const active = request.profiles === undefined ? undefined : activeServices(all, request, variables);
	const expanded = whole.flatMap(({service, key, places, scale, isHook}) =>
		isHook
			? [{service, places}].slice(0, scale)
			: replicasOf(service, scale, number => containerNameOf(named, key, number)).map(replica => ({
					service: replica,
					places,
				})),
	);
	// What is wrong with a service that no profile starts matters when it is asked for, as in Compose.
	const isAsked = ({service: {service, profiles = []}}: {readonly service: Service}): boolean =>
		active?.includes(service) ?? (profiles.length === 0 || request.named?.includes(service) === true);
	const problems = [
		...shape,
		...strangeScales(all, request.options?.scale),
		...services.filter(isAsked).flatMap(service => service.problems),
		...whole.filter(isAsked).flatMap(({problems: ofHooks}) => ofHooks),
		...alonePreStart(file.containers),
		...askedProblems(asked, request),
		...nameProblems(
			expanded.map(({service}) => service),
			expanded.map(({places}) => places),
			request,
			active,
		),
		...sharedAddresses(
			expanded.map(({service}) => service),
			expanded.map(({places}) => places),
		),
		...dependencyProblems(all, placesOfAll),
		...(active === undefined ? [] : profileProblems(all, placesOfAll, active, request)),
	];
	if (problems.length > 0) throw specError(problems);
	const builds = services.flatMap(({service: {rootfs}, build}, owner) => {
		if (build === undefined) return [];
		const built = whole.filter(({at, service}) => at === owner && service.rootfs === rootfs);
		return built.map(({service}) => [service.service, build] as const);
	});
	const watched = services.flatMap(({service, watch}) =>
		watch.length === 0 ? [] : [[service.service, watch] as const],
	);
	const networks = networksOf(file.networks, all);
	// A folder of the host stays where it is.
	const ownVolumes = (file.volumes ?? []).filter(({folder: ofHost}) => ofHost === undefined);
	const idleKeys = idleWarnings(withServices(unused.file, all[0]?.service));
	const warnings = [...ofReading, ...unused.warnings, ...idleKeys];
	const idle = whole.filter(({scale}) => scale === 0).map(({service}) => service.service);
	return {
		name: project,
		...(isProject ? {hasServices: true} : {}),
		file: path,
		...placesOfFiles(request),
		services: expanded.map(({service}) => withoutIdle(service, idle)),
		...(idle.length === 0 ? {} : {idle}),
		...(active === undefined ? {} : {active: active.filter(service => !idle.includes(service))}),
		...(ownVolumes.length === 0 ? {} : {volumes: ownVolumes}),
		...(networks.length === 0 ? {} : {networks}),
		...(warnings.length === 0 ? {} : {warnings}),
		...(builds.length === 0 ? {} : {builds: Object.fromEntries(builds)}),
		...(watched.length === 0 ? {} : {watched: Object.fromEntries(watched)}),
	};
}

/** A file with one container in the shape of one with `services`. */
function withServices(value: Readonly<Record<string, unknown>>, name: string | undefined): unknown {
	if (Object.hasOwn(value, 'services') || name === undefined) return value;
	const {version, ...container} = value;
	return {...(version === undefined ? {} : {version}), services: {[name]: container}};
}

/** How the files were named, so that they can be read again from anywhere. */
function placesOfFiles({cwd, others = [], projectDirectory, envFiles}: SpecRequest): Partial<Project> {
	const absolute = (path: string): string => resolve(cwd, path);
	return {
		...(others.length === 0 ? {} : {others: others.map(absolute)}),
		...present({
			projectDirectory: projectDirectory === undefined ? undefined : absolute(projectDirectory),
			envFiles: envFiles?.map(absolute),
		}),
	};
}

/** The networks that a file declares, and the default one if a service is on it. */
function networksOf(
	{declared = [], byDefault}: FileNetworks,
	services: readonly Service[],
): readonly NetworkDeclaration[] {
	const isUsed = services.some(({networks = []}) => networks.some(({network}) => network === byDefault));
	return declared.includes(byDefault) || !isUsed ? declared : [...declared, byDefault];
}

function notAMap(value: unknown, places: Places): Problem {
	const message = `the file holds ${Array.isArray(value) ? 'a list' : 'a single value'}, not keys and values`;
	const hint = 'begin with a key such as `rootfs: host`';
	return {code: 'E_SPEC_SYNTAX', place: places.value([]), message, hint};
}

interface Container {
	readonly key: string | undefined;
	readonly input: ServiceInput;
	readonly places: Places;
}

interface FittingFile {
	readonly name: string | undefined;
	readonly containers: readonly Container[];
	/** Undefined for a file with one container. */
	readonly volumes: readonly DeclaredVolume[] | undefined;
	readonly networks: FileNetworks;
	readonly secrets?: SecretsInput | undefined;
	readonly configs?: ConfigsInput | undefined;
	readonly problems: readonly Problem[];
}

/** What a project is called that has no name. */
function defaultName({nameFromFolder = false}: SpecRequest, file: string, folder: string): string {
	return nameFromFolder || isComposeFile(file) ? nameOfFolder(folder) : nameOfFile(file);
}

/** @param asked - the project's name, whatever the file says */
function fitFile(
	value: Readonly<Record<string, unknown>>,
	places: Places,
	asked: string | undefined,
	fallback: string,
): FittingFile {
	if (!Object.hasOwn(value, 'services')) {
		const stray = strayServices(value, places);
		if (stray !== undefined) throw specError([stray]);
		const known = {at: (path: Path) => keysAt(containerFileSchema, path), isService: (path: Path) => path.length === 0};
		const {output, problems} = parseLenient(containerFileSchema, value, places, known, 0);
		const containers = output === undefined ? [] : [{key: undefined, input: output, places}];
		const name = asked ?? output?.name;
		const byDefault = defaultNetwork(name ?? fallback);
		return {
			name,
			containers,
			volumes: undefined,
			networks: {declared: undefined, byDefault},
			problems,
		};
	}
	const known = {
		at: (path: Path) => keysAt(projectFileSchema, path),
		isService: (path: Path) => path.length === 2 && path[0] === 'services',
	};
	const {output, problems} = parseLenient(projectFileSchema, value, places, known, 2);
	const containers = Object.entries(output?.services ?? {}).map(([key, input]) => ({
		key,
		input,
		places: places.within(['services', key]),
	}));
	const none: Problem = {
		code: 'E_SPEC_INVALID',
		place: places.key(['services']),
		message: '`services` holds no service',
		hint: 'write one, such as `shell:` with `rootfs: host` below it',
	};
	const name = asked ?? output?.name;
	const project = name ?? fallback;
	const {volumes, problems: wrong} = readDeclared(output?.volumes, project, places);
	const {networks, problems: wrongNetworks} = readNetworks(output?.networks, project, places);
	return {
		name,
		containers,
		volumes,
		networks,
		secrets: output?.secrets,
		configs: output?.configs,
		problems: problems.length === 0 && containers.length === 0 ? [none] : [...problems, ...wrong, ...wrongNetworks],
	};
}

/** Whether one problem causes the other: a value whose variables cannot be filled in fails the schema too. */
function covers({place}: Problem, {place: inner}: Problem): boolean {
	if (place.kind !== 'text' || inner.kind !== 'text') return false;
	return place.start <= inner.start && inner.start < place.end;
}

/** Whether the name that a command line or COMPOSE_PROJECT_NAME gives is one. */
function askedProblems(asked: string | undefined, {projectName}: SpecRequest): readonly Problem[] {
	const name = asked === undefined ? undefined : parseName(asked);
	if (name === undefined || name.ok) return [];
	const option = projectName === undefined ? 'COMPOSE_PROJECT_NAME' : '--project-name';
	return [
		{code: 'E_USAGE', place: {kind: 'option', option}, message: `it ${name.problem}`, ...present({hint: name.hint})},
	];
}
