import type {Command} from '../verb/command.ts';
import {composeOptions} from './global-options.ts';

/** `tsbox compose`: the command line of `docker compose`. Its verbs are in `verbs`. */
export const compose: Command<typeof composeOptions> = {
	name: 'compose',
	describe: 'Commands of docker compose, with its options and their meaning',
	examples: [
		['tsbox compose up -d', 'start the services of the Compose file in this folder'],
		['tsbox compose -p shop -f a.yaml -f b.yaml ps', 'a project by its name and its files'],
		['tsbox compose run --rm web sh', 'a command in a new container of a service'],
		['tsbox compose up --help', 'the options of a verb'],
	],
	options: composeOptions,
	positionals: [
		{
			name: 'VERB',
			describe: 'A verb of docker compose; `tsbox compose --help` lists them',
			required: true,
			completes: 'none',
		},
	],
	dispatch: async (words, context) => (await import('./run-compose.ts')).runCompose(words, context),
	verbs: async () => {
		const {allComposeVerbs} = await import('./verbs.ts');
		const {asCommand} = await import('./parts/compose-verb.ts');
		return (await allComposeVerbs()).map(asCommand);
	},
	run: () => Promise.resolve(2),
};
