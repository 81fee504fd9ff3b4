import {defineCommand} from '../verb/command.ts';
import {askAbout, projectPositionals, stopOptions, timeoutOf} from '../options/project-verb.ts';
import {projectOptions} from '../options/project-options.ts';

/** `tsbox stop`: stops services of a project without removing them. */
export const stop = defineCommand({
	name: 'stop',
	describe: 'Stop services of a project in the background',
	examples: [
		['tsbox stop', 'all services of the spec in this folder'],
		['tsbox stop shop web', 'one service of a project'],
	],
	options: {...stopOptions, ...projectOptions},
	positionals: projectPositionals,
	run: ({values, positionals}, context) =>
		askAbout(
			context,
			values,
			positionals,
			services => ({verb: 'stop', services, ...timeoutOf(values.timeout)}),
			'is already stopped',
		),
});
