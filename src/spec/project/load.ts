import {resolve} from 'node:path';
import {nameOfFile, parseName} from '../values/container-name.ts';
import {withDefaults} from '../keys/defaults.ts';
import {dependencyProblems} from '../values/depends-on.ts';
import {containerFileSchema, projectFileSchema, type ServiceInput} from '../keys/service-schema.ts';
import {keysAt} from '../keys/known-keys.ts';
import {defaultNetwork, type FileNetworks, readNetworks} from '../network/read-networks.ts';
import {sharedAddresses} from '../network/shared-addresses.ts';
import {readDeclared} from '../values/named-volume.ts';
import {present} from '../syntax/pick.ts';
import {quoted} from '../model/parsed.ts';
import {activeServices, profileProblems} from '../keys/profiles.ts';
import {type Problem, specError} from '../syntax/problem.ts';
import type {NamedVolume, Project, Service} from '../model/project.ts';
import type {NetworkDeclaration} from '../model/network.ts';
import type {ConfigsInput, SecretsInput} from '../given/given-schema.ts';
import type {SpecRequest} from '../keys/request.ts';
import {replicasOf, strangeScales, withoutIdle} from '../keys/replicas.ts';
import {idleWarnings} from './idle-warnings.ts';
import {readService} from './service.ts';
import {isMap, parseLenient} from '../keys/parse-lenient.ts';
import {type Path, type Places, treeOf} from '../syntax/tree.ts';
import {readFiles} from './read-files.ts';

/**
 * Reads a spec file: parses YAML, fills in variables, checks the schema, applies overrides and defaults, and finds values
 * that exclude each other. The result does not depend on the machine, except through the request's functions.
 *
 * @throws TsboxError with all problems of the file at once: E_SPEC_NOT_FOUND, E_SPEC_SYNTAX, E_SPEC_INVALID,
 * E_SPEC_VARIABLE, E_ROOTFS_NOT_FOUND, or E_USAGE for an invalid override.
 */
export function loadProject(request: SpecRequest): Project {
	const {root, file: path, folder, variables, problems: ofFiles} = readFiles(request);
	if (ofFiles.some(problem => problem.code === 'E_SPEC_SYNTAX')) throw specError(ofFiles);
	const tree = treeOf(root);
	if (!isMap(tree.value)) throw specError([notAMap(tree.value, tree.places)]);
	const {value, places} = withDefaults(tree.value, tree.places, request.defaults);
	const file = fitFile(value, places, nameOfFile(path));
	const schemaProblems = file.problems.filter(problem => !ofFiles.some(other => covers(problem, other)));
	const shape = [...ofFiles, ...schemaProblems];
	const project = request.options?.name ?? file.name ?? nameOfFile(path);
	const services = file.containers.map(({key, input, places}) =>
		readService(input, places, {
			key,
			project: file.name ?? project,
			folder,
			request,
			broken: shape.length > 0,
			volumes: file.volumes,
			networks: file.networks,
			secrets: file.secrets,
			configs: file.configs,
			variables,
			services: file.containers.flatMap(({key: each}) => each ?? []),
		}),
	);
	const all = services.map(({service}) => service);
	const placesOfAll = file.containers.map(({places}) => places);
	const active = request.profiles === undefined ? undefined : activeServices(all, request, variables);
	const expanded = services.flatMap(({service, scale}, at) =>
		replicasOf(service, scale).map(replica => ({service: replica, places: file.containers[at]?.places})),
	);
	const problems = [
		...shape,
		...strangeScales(all, request.options?.scale),
		...services.flatMap(service => service.problems),
		...nameProblems(
			expanded.map(({service}) => service),
			expanded.map(({places}) => places),
			request,
		),
		...sharedAddresses(
			expanded.map(({service}) => service),
			expanded.map(({places}) => places),
		),
		...dependencyProblems(all, placesOfAll),
		...(active === undefined ? [] : profileProblems(all, placesOfAll, active, request)),
	];
	if (problems.length > 0) throw specError(problems);
	const builds = services.flatMap(({service, build}) =>
		build === undefined ? [] : [[service.service, build] as const],
	);
	const networks = networksOf(file.networks, all);
	const warnings = idleWarnings(withServices(tree.value, all[0]?.service));
	const idle = services.filter(({scale}) => scale === 0).map(({service}) => service.service);
	return {
		name: project,
		file: path,
		...placesOfFiles(request),
		services: expanded.map(({service}) => withoutIdle(service, idle)),
		...(active === undefined ? {} : {active: active.filter(service => !idle.includes(service))}),
		...(file.volumes === undefined || file.volumes.length === 0 ? {} : {volumes: file.volumes}),
		...(networks.length === 0 ? {} : {networks}),
		...(warnings.length === 0 ? {} : {warnings}),
		...(builds.length === 0 ? {} : {builds: Object.fromEntries(builds)}),
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
	readonly volumes: readonly NamedVolume[] | undefined;
	readonly networks: FileNetworks;
	readonly secrets?: SecretsInput | undefined;
	readonly configs?: ConfigsInput | undefined;
	readonly problems: readonly Problem[];
}

function fitFile(value: Readonly<Record<string, unknown>>, places: Places, fallback: string): FittingFile {
	if (!Object.hasOwn(value, 'services')) {
		const known = {at: (path: Path) => keysAt(containerFileSchema, path), isService: (path: Path) => path.length === 0};
		const {output, problems} = parseLenient(containerFileSchema, value, places, known, 0);
		const containers = output === undefined ? [] : [{key: undefined, input: output, places}];
		const byDefault = defaultNetwork(output?.name ?? fallback);
		return {
			name: output?.name,
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
	const project = output?.name ?? fallback;
	const {volumes, problems: wrong} = readDeclared(output?.volumes, project, places);
	const {networks, problems: wrongNetworks} = readNetworks(output?.networks, project, places);
	return {
		name: output?.name,
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

function nameProblems(
	services: readonly Service[],
	places: readonly (Places | undefined)[],
	{options}: SpecRequest,
): readonly Problem[] {
	const option = {kind: 'option', option: '--name'} as const;
	if (options?.name !== undefined) {
		if (services.length > 1) {
			return [
				{
					code: 'E_USAGE',
					place: option,
					message: `the file has ${services.length} containers, which cannot share a name`,
					hint: 'give one a `container_name` in the spec, or all another `name` on top of it',
				},
			];
		}
		const name = parseName(options.name);
		return name.ok ? [] : [{code: 'E_USAGE', place: option, message: `it ${name.problem}`}];
	}
	return services.flatMap(({name, origins}, i): readonly Problem[] => {
		const at = places[i];
		if (at === undefined) return [];
		const place = origins['name']?.kind === 'default' ? at.key([]) : at.value(['container_name']);
		if (services.findIndex(other => other.name === name) < i) {
			const hint = 'give one of them a `container_name`';
			return [{code: 'E_SPEC_INVALID', place, message: `two containers have the name ${quoted(name)}`, hint}];
		}
		const parsed = parseName(name);
		if (parsed.ok) return [];
		return [{code: 'E_SPEC_INVALID', place, message: `the name ${parsed.problem}`, hint: 'write a `container_name`'}];
	});
}
