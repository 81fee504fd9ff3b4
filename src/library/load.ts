import {resolve} from 'node:path';
import {loadProject, pickService} from '../container/machine/load-project.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {whyNot} from '../errors/why-not.ts';
import type {Project, Service} from '../spec/model/project.ts';
import {present} from '../spec/syntax/pick.ts';
import {checkOptions} from './check-options.ts';
import {checkSource, loadTable} from './option-tables.ts';

/** A spec as an object, with the keys of a spec file: `{rootfs: './app.tar', mem_limit: '64m'}`. */
export type SpecObject = Readonly<Record<string, unknown>>;

/** Options of `load`. */
export interface LoadOptions {
	/** The folder that relative paths start from: the path of the spec, and paths in a spec object. By default the working directory. */
	readonly cwd?: string;
	/** Variables for `${NAME}` and for environment entries without a value; by default the environment of this process. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** The entry of `services:` to use; required when the spec has several. */
	readonly service?: string;
	/** What the container may reach outside of its networks, and nothing else: entries of `egress`, in place of those of the spec. */
	readonly egress?: readonly string[];
}

/** A spec that was read and checked, with the selected service. */
export interface Spec {
	readonly kind: 'spec';
	readonly project: Project;
	readonly service: Service;
}

/** Anything that describes a container: a loaded spec, the path of a spec file, or a spec object. */
export type SpecSource = Spec | string | SpecObject;

/** Stands for the file name in errors about a spec object. Line numbers then refer to its JSON. */
const objectName = '(object)';

/**
 * Reads and checks a spec without changing anything. In a spec object `$` is a plain character and starts no variable.
 *
 * @param source - the path of a spec file, or a spec object
 * @throws TsboxError E_SPEC_* with the place of each problem; E_USAGE for several services when none is selected.
 */
export async function load(source: string | SpecObject, options: LoadOptions = {}): Promise<Spec> {
	checkSource('load', source);
	checkOptions('load', loadTable, options);
	const {cwd = process.cwd(), env = process.env, service, egress} = options;
	const request = {cwd: resolve(cwd), env, ...present({service, overrides: egress && {egress}})};
	const project = await loadProject(
		typeof source === 'string' ? {...request, file: source} : {...request, file: objectName, text: textOf(source)},
	);
	return {kind: 'spec', project, service: pickService(project, service)};
}

/**
 * Loads a spec unless it is loaded already.
 *
 * @throws TsboxError as `load`; E_USAGE for an `egress` beside a loaded spec, whose networks are decided.
 */
export async function specOf(source: SpecSource, options: LoadOptions = {}): Promise<Spec> {
	if (!isSpec(source)) return load(source, options);
	if (options.egress !== undefined)
		throw new TsboxError('E_USAGE', '`egress` cannot be given with a loaded spec', {
			hint: "give it to `load`: `load('box.yaml', {egress: ['api.example.com:443']})`",
		});
	return source;
}

function isSpec(source: SpecSource): source is Spec {
	return typeof source === 'object' && source['kind'] === 'spec' && 'project' in source;
}

/**
 * The spec object as JSON, which is valid YAML. Each `$` is doubled, which makes it a plain `$` in a spec file.
 *
 * @throws TsboxError E_SPEC_INVALID for values that JSON cannot hold or would drop.
 */
function textOf(source: SpecObject): string {
	const plain = (key: string, value: unknown): unknown => {
		if (['function', 'symbol', 'bigint'].includes(typeof value) || Number.isNaN(value))
			throw new TsboxError(
				'E_SPEC_INVALID',
				`${objectName}: \`${key}\` is ${Number.isNaN(value) ? 'NaN' : `a ${typeof value}`}`,
				{
					hint: 'use strings, numbers, booleans, and arrays and objects of these',
				},
			);
		return typeof value === 'string' ? value.replaceAll('$', '$$$$') : value;
	};
	try {
		return JSON.stringify(source, plain, 2);
	} catch (error) {
		if (isTsboxError(error)) throw error;
		throw new TsboxError('E_SPEC_INVALID', `${objectName} cannot be written as JSON`, {
			cause: error,
			why: whyNot(error),
		});
	}
}
