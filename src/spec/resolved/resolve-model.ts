import {isAbsolute, join, resolve} from 'node:path';
import type {Project} from '../model/project.ts';
import {readFiles} from '../project/read-files.ts';
import type {SpecRequest} from '../keys/request.ts';
import {type Section, usedNames} from '../compose/used-names.ts';
import {specError} from '../syntax/problem.ts';
import {canonicalService} from './canonical-service.ts';
import {byDefault, entriesOf, map, mapScalars, plainOf, type Resolved, resolvedOf, scalar, textOf} from './resolved.ts';
import {labelMap, sorted} from './shapes.ts';
import {typed} from './typed.ts';

/** How a model is resolved. */
export interface ModelOptions {
	/** Leave `${NAME}` as it is written. */
	readonly noInterpolate?: boolean;
	/** Leave short forms as they are written, and add no defaults. */
	readonly noNormalize?: boolean;
	/** Leave paths as they are written. */
	readonly noPathResolution?: boolean;
	/** Leave env files as they are written. */
	readonly noEnvResolution?: boolean;
	/** Also volumes, networks, secrets, and configs that no service uses. */
	readonly allResources?: boolean;
}

/**
 * The files of a project as one model, in Compose's words: merged, with variables filled in, and long forms.
 *
 * @param project - the same files as a project; undefined if they were not checked
 * @throws TsboxError as `readFiles`.
 */
export function resolveModel(request: SpecRequest, options: ModelOptions, project: Project | undefined): Resolved {
	const {root, folder, problems} = readFiles({
		...request,
		interpolate: options.noInterpolate !== true,
		keepsExtensions: true,
	});
	if (problems.length > 0) throw specError(problems);
	const written = options.noInterpolate === true ? resolvedOf(root) : typed(resolvedOf(root));
	const active = project?.active;
	const services = [...entriesOf(entriesOf(written).get('services'))].filter(
		([name]) => active === undefined || active.includes(name),
	);
	const home = request.env['HOME'];
	const path = (text: string): string => {
		if (options.noPathResolution === true || text.startsWith('$')) return text;
		if (text.startsWith('~/') && home !== undefined) return join(home, text.slice(2));
		return isAbsolute(text) ? text : resolve(folder, text);
	};
	const withEnv = options.noInterpolate !== true && options.noEnvResolution !== true;
	const resolvedServices = services.map(([name, service]): readonly [string, Resolved] => {
		if (options.noNormalize === true) return [name, service];
		const read = withEnv ? project?.services.find(each => each.service === name) : undefined;
		return [name, canonicalService(service, {path, read})];
	});
	const top = new Map(entriesOf(written));
	const isProject = top.has('services');
	if (!isProject) return written;
	const isNormal = options.noNormalize !== true;
	const name = project?.name ?? textOf(top.get('name'));
	const servicesNode = sorted(map(Object.fromEntries(resolvedServices), top.get('services')?.origin));
	const used = options.allResources === true ? undefined : usedNames(plainOf(servicesNode));
	const section = (key: Section): Resolved | undefined => {
		const own = new Map(entriesOf(top.get(key)));
		if (key === 'networks' && isNormal && (used?.networks.has('default') ?? true) && !own.has('default'))
			own.set('default', map({}));
		const kept = [...own].filter(([each]) => used?.[key].has(each) ?? true);
		const entries = kept.map(([each, value]): readonly [string, Resolved] => [
			each,
			isNormal ? declared(each, value, name, path) : value,
		]);
		return entries.length === 0 ? undefined : sorted(map(Object.fromEntries(entries), top.get(key)?.origin));
	};
	const model = map({
		name: name === undefined ? undefined : scalar(name, top.get('name')?.origin ?? byDefault),
		services: servicesNode,
		networks: section('networks'),
		volumes: section('volumes'),
		secrets: section('secrets'),
		configs: section('configs'),
		...Object.fromEntries(
			[...top].filter(([key]) => key.startsWith('x-')).toSorted(([one], [other]) => (one < other ? -1 : 1)),
		),
	});
	// A dollar sign would begin a variable when the model is read again.
	return options.noInterpolate === true ? model : mapScalars(model, text => text.replaceAll('$', '$$$$'));
}

/** An entry of a section: with its name, and its file from anywhere. */
function declared(key: string, value: Resolved, project: string | undefined, path: (text: string) => string): Resolved {
	const entries = new Map(entriesOf(value));
	const written = entries.get('external');
	// The form of version 2 of Compose files: `external: {name: NAME}`.
	const externalName = entriesOf(written).get('name');
	if (written?.kind === 'map') entries.set('external', scalar(true, written.origin));
	if (externalName !== undefined) entries.set('name', externalName);
	const external = entries.get('external');
	const isExternal = external?.kind === 'scalar' && external.value === true;
	const name = isExternal ? key : project === undefined ? undefined : `${project}_${key}`;
	if (!entries.has('name') && name !== undefined) entries.set('name', scalar(name));
	const file = entries.get('file');
	if (file !== undefined) entries.set('file', scalar(path(textOf(file) ?? ''), file.origin));
	for (const each of ['labels', 'driver_opts']) {
		const own = entries.get(each);
		if (own !== undefined) entries.set(each, labelMap(own));
	}
	return {kind: 'map', entries, origin: value.origin};
}
