import {anyServices} from '../../options/project-verb.ts';
import {config as own} from '../../commands/config.ts';
import {parseArguments} from '../../options/parse-arguments.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {pickOptions} from '../parts/shared-options.ts';

const names = Object.keys(own.options).filter(
	name => !['file', 'project-name', 'project-directory', 'env-file', 'profile', 'all-resources'].includes(name),
) as Exclude<
	keyof typeof own.options,
	'file' | 'project-name' | 'project-directory' | 'env-file' | 'profile' | 'all-resources'
>[];

/** `tsbox compose config`. */
export const config = defineComposeVerb({
	name: 'config',
	describe: 'Print the files of the project as one model',
	examples: [['tsbox compose config --services', 'only the names of services']],
	options: pickOptions(own.options, names),
	positionals: [anyServices],
	run: async ({values, positionals}, context) => {
		const all = {...parseArguments(own, []).values, ...values, 'all-resources': context.allResources ?? false};
		return own.run({values: all, positionals, rest: undefined}, context);
	},
});
