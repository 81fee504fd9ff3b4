import {anyServices} from '../../options/project-verb.ts';
import {watch as own} from '../../commands/watch.ts';
import {parseArguments} from '../../options/parse-arguments.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {pickOptions} from '../parts/shared-options.ts';

/** `tsbox compose watch`. */
export const watch = defineComposeVerb({
	name: 'watch',
	describe: own.describe,
	examples: [['tsbox compose watch --no-up', 'services that run already']],
	options: {
		...pickOptions(own.options, ['no-up', 'quiet']),
		prune: {
			kind: 'text',
			value: 'BOOL',
			choices: ['true', 'false'],
			describe: 'Remove images that a rebuild has replaced; default true',
		},
	},
	dry: 'none',
	positionals: [anyServices],
	run: ({values: {prune, ...values}, positionals}, context) =>
		own.run(
			{
				values: {...parseArguments(own, []).values, ...values, 'no-prune': prune === 'false'},
				positionals,
				rest: undefined,
			},
			context,
		),
});
