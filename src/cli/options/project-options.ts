import {TsboxError} from '../../errors/tsbox-error.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Context, Options, Selection, Values} from '../verb/command.ts';
import {profileOptions} from './run-options.ts';

const nameOptions = {
	'project-name': {
		kind: 'text',
		short: 'p',
		value: 'NAME',
		describe: 'Name of the project; default COMPOSE_PROJECT_NAME, or the name in the spec',
		completes: 'project',
	},
	'project-directory': {
		kind: 'text',
		value: 'DIR',
		describe: 'Folder that relative paths of the spec begin at; default that of the first file',
		completes: 'file',
	},
	'env-file': {
		kind: 'list',
		value: 'FILE',
		describe: 'File with variables for the spec, in place of .env',
		completes: 'file',
	},
} as const satisfies Options;

const file = {
	kind: 'list',
	value: 'FILE',
	describe: 'Spec file; several are merged in their order. All arguments are then services',
	completes: 'file',
} as const;

/** The options that select a project, for a verb whose `-f` means something else. */
export const longProjectOptions = {file, ...nameOptions} as const satisfies Options;

/** The options that select a project by its files or its name; those of `docker compose`. */
export const projectOptions = {file: {...file, short: 'f'}, ...nameOptions} as const satisfies Options;

/** All options that select a project and its services, with the profiles. */
export const composeProjectOptions = {...projectOptions, ...profileOptions} as const satisfies Options;

type Written = Values<typeof longProjectOptions> & Partial<Values<typeof profileOptions>>;

/** The project that options select. */
export function selectionOf(values: Written): Selection {
	if (values.file.includes('-'))
		throw new TsboxError('E_USAGE', 'standard input cannot be a spec', {
			why: 'the files of a project are read again, as at a restart',
			hint: 'write it to a file, and name that with --file',
		});
	const [first, ...others] = values.file;
	return present({
		file: first,
		others: first === undefined ? undefined : others,
		projectName: values['project-name'],
		projectDirectory: values['project-directory'],
		envFiles: values['env-file'].length === 0 ? undefined : values['env-file'],
		profiles: values.profile,
	});
}

/** The project and the services of a command line. */
export interface SelectedProject {
	/** The first argument, if it names the project or its spec. */
	readonly target: string | undefined;
	readonly services: readonly string[];
	readonly selection: Selection;
}

/**
 * Tells the project of a command line from its services. Once options select the project, all arguments are services.
 */
export function selectedProject(
	values: Written,
	words: readonly string[],
	{selected}: Pick<Context, 'selected'>,
): SelectedProject {
	const selection = selected ?? selectionOf(values);
	if (selected !== undefined || selection.file !== undefined || selection.projectName !== undefined)
		return {target: undefined, services: words, selection};
	const [target, ...services] = words;
	return {target, services, selection};
}
