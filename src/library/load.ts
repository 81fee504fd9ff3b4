import {resolve} from 'node:path';
import {loadProject, pickService} from '../container/machine/load-project.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {whyNot} from '../errors/why-not.ts';
import type {Project, Service} from '../spec/model/project.ts';
import {checkOptions} from './check-options.ts';
import {checkSource, loadTable} from './option-tables.ts';

/** A spec as an object, in the vocabulary of a spec file: `{rootfs: './app.tar', mem_limit: '64m'}`. */
export type SpecObject = Readonly<Record<string, unknown>>;

/** How a spec is read. */
export interface LoadOptions {
	/** What relative paths start from: of the spec itself, and in a spec that is an object; by default the working folder. */
	readonly cwd?: string;
	/** For `${NAME}` in a file, and variables without a value; by default the environment of this process. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** The entry of `services:`, where there is more than one. */
	readonly service?: string;
}

/** A spec that was read and checked, with the one container of it that is meant. */
export interface Spec {
	readonly kind: 'spec';
	readonly project: Project;
	readonly service: Service;
}

/** Whatever a container can be made from: a spec that was read, the path of one, or one as an object. */
export type SpecSource = Spec | string | SpecObject;

/** What an error about a spec that is an object names in place of a file; the line is that of its JSON. */
const objectName = '(object)';

/**
 * Reads and checks a spec; touches nothing. In an object a string means itself: `$` begins no variable there.
 *
 * @param source - the path of a spec file, or a spec as an object
 * @throws TsboxError E_SPEC_* with the place of each problem, E_USAGE where it has several services and none is named.
 */
export async function load(source: string | SpecObject, options: LoadOptions = {}): Promise<Spec> {
	checkSource('load', source);
	checkOptions('load', loadTable, options);
	const {cwd = process.cwd(), env = process.env, service} = options;
	const request = {cwd: resolve(cwd), env, ...(service === undefined ? {} : {service})};
	const project = await loadProject(
		typeof source === 'string' ? {...request, file: source} : {...request, file: objectName, text: textOf(source)},
	);
	return {kind: 'spec', project, service: pickService(project, service)};
}

/** The same for what may be a spec already. */
export async function specOf(source: SpecSource, options: LoadOptions = {}): Promise<Spec> {
	return isSpec(source) ? source : load(source, options);
}

function isSpec(source: SpecSource): source is Spec {
	return typeof source === 'object' && source['kind'] === 'spec' && 'project' in source;
}

/**
 * JSON is YAML; what begins a variable in a file is doubled, which makes it a plain `$`.
 *
 * @throws TsboxError E_SPEC_INVALID for what JSON would leave out or can't have.
 */
function textOf(source: SpecObject): string {
	const plain = (key: string, value: unknown): unknown => {
		if (['function', 'symbol', 'bigint'].includes(typeof value) || Number.isNaN(value))
			throw new TsboxError(
				'E_SPEC_INVALID',
				`${objectName}: \`${key}\` is ${Number.isNaN(value) ? 'NaN' : `a ${typeof value}`}`,
				{
					hint: 'write strings, numbers, booleans, arrays and objects of them',
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
