import type {Options} from '../../verb/command.ts';

/** Some of the options of a verb of tsbox. */
export function pickOptions<const O extends Options, const Name extends keyof O>(
	options: O,
	names: readonly Name[],
): Pick<O, Name> {
	return Object.fromEntries(names.map(name => [name, options[name]])) as unknown as Pick<O, Name>;
}

/** When to ask for images, and what to build, before containers are created. */
export const pullOptions = {
	pull: {
		kind: 'text',
		value: 'WHEN',
		choices: ['always', 'missing', 'never', 'build', 'policy'],
		describe: 'When to pull images; default pull_policy of the spec',
	},
	'quiet-pull': {kind: 'flag', describe: 'Pull without showing progress'},
	'no-build': {kind: 'flag', describe: 'Build no image, even if it is missing'},
	'quiet-build': {kind: 'flag', describe: 'Build without showing progress'},
} as const satisfies Options;

/** The `--index` of verbs for one container of a service. */
export const indexOption = {
	index: {kind: 'number', value: 'N', describe: 'Number of the container, if the service has several'},
} as const satisfies Options;
