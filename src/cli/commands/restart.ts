import {defineCommand} from '../verb/command.ts';
import {askAbout, projectPositionals, stopOptions, timeoutOf} from '../options/project-verb.ts';
import {projectOptions} from '../options/project-options.ts';

/** `tsbox restart`: restarts services of a project in the background. */
export const restart = defineCommand({
	name: 'restart',
	describe: 'Stop services and start them again',
	examples: [
		['tsbox restart shop', 'all services of a project'],
		['tsbox restart shop-web-1', 'one container'],
	],
	options: {...stopOptions, ...projectOptions},
	positionals: projectPositionals,
	run: ({values, positionals}, context) =>
		askAbout(context, values, positionals, services => ({verb: 'restart', services, ...timeoutOf(values.timeout)})),
});
