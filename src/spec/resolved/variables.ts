import {readFiles} from '../project/read-files.ts';
import type {SpecRequest} from '../keys/request.ts';
import {type UsedVariable, variablesIn} from '../syntax/interpolate.ts';
import {type Resolved, resolvedOf} from './resolved.ts';

/** A variable of the files of a project. */
export type VariableRow = UsedVariable;

/** The variables that the files of a project use, by name. */
export function variablesOf(request: SpecRequest): readonly VariableRow[] {
	const {root} = readFiles({...request, interpolate: false});
	const found = new Map<string, VariableRow>();
	const visit = (value: Resolved): void => {
		if (value.kind === 'map') for (const own of value.entries.values()) visit(own);
		else if (value.kind === 'list') for (const item of value.items) visit(item);
		else if (typeof value.value === 'string')
			for (const {name, ...row} of variablesIn(value.value)) {
				const before = found.get(name);
				found.set(name, {name, ...row, ...before, required: row.required || before?.required === true});
			}
	};
	visit(resolvedOf(root));
	return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}
