import {type ModelOptions, resolveModel} from '../../spec/resolved/resolve-model.ts';
import type {Resolved} from '../../spec/resolved/resolved.ts';
import type {Project} from '../../spec/model/project.ts';
import {loadProject as load} from '../../spec/project/load.ts';
import {type VariableRow, variablesOf} from '../../spec/resolved/variables.ts';
import {readingOf} from './load-project.ts';
import type {SpecRequest} from './spec-request.ts';

/** The files of a project as one model, and as what is made from it. */
export interface LoadedModel {
	readonly model: Resolved;
	/** Undefined if the files were not checked. */
	readonly project: Project | undefined;
}

/**
 * Reads the files of a project as one model in Compose's words.
 *
 * @param isChecked - whether the files must be valid
 * @throws TsboxError E_SPEC_* with file, line, and column.
 */
export async function loadModel(request: SpecRequest, options: ModelOptions, isChecked: boolean): Promise<LoadedModel> {
	const reading = await readingOf(request);
	const project = isChecked ? load(reading) : undefined;
	return {model: resolveModel(reading, options, project), project};
}

/** The variables that the files of a project use. */
export async function loadVariables(request: SpecRequest): Promise<readonly VariableRow[]> {
	return variablesOf(await readingOf(request));
}

/** The variables that files are filled in with: those of the caller and of env files, as `NAME=VALUE`, in their order. */
export async function loadEnvironment(request: SpecRequest): Promise<readonly string[]> {
	const {readFiles} = await import('../../spec/project/read-files.ts');
	const {names, variables} = readFiles(await readingOf(request));
	return [...new Set([...Object.keys(request.env), ...names()])].sort().flatMap(name => {
		const found = variables(name);
		return found === undefined ? [] : [`${name}=${found.value}`];
	});
}
