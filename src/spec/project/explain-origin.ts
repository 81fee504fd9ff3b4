import type {Origin, VariableUse} from '../model/project.ts';
import {shownPath} from '../syntax/source-text.ts';

/**
 * Describes where a value comes from: `hello.yaml:4:12, with TAG from the environment`. A file below `cwd` is shown as a
 * relative path.
 */
export function explainOrigin(origin: Origin, cwd: string): string {
	switch (origin.kind) {
		case 'file': {
			const place = `${shownPath(origin.file, cwd)}:${origin.line}:${origin.column}`;
			const variables = (origin.variables ?? []).map(explainVariable);
			return variables.length === 0 ? place : `${place}, with ${variables.join(' and ')}`;
		}
		case 'env_file':
			return `${shownPath(origin.file, cwd)}:${origin.line}`;
		case 'environment':
			return `${origin.name} in the environment`;
		case 'option':
			return `${origin.option} on the command line`;
		case 'reproducible':
			return '`reproducible: true`';
		case 'image':
			return `${origin.key} of the image ${origin.reference}`;
		case 'default':
			return 'the default';
	}
}

function explainVariable({name, from}: VariableUse): string {
	switch (from) {
		case 'environment':
			return `${name} from the environment`;
		case '.env':
			return `${name} from .env`;
		case 'default':
			return `the default of ${name}`;
		case 'unset':
			return `${name} not set`;
		case 'blank':
			return `${name} not set, and so empty`;
	}
}
