import {defineCommand} from '../verb/command.ts';
import {askAbout, projectPositionals, stopOptions, timeoutOf} from '../options/project-verb.ts';

/** `tsbox stop`: stops services of a project without removing them. */
export const stop = defineCommand({
	name: 'stop',
	describe: 'Stop services of a project in the background',
	examples: [
		['tsbox stop', 'all services of the spec in this folder'],
		['tsbox stop shop web', 'one service of a project'],
	],
	options: stopOptions,
	positionals: projectPositionals,
	run: ({values, positionals}, context) =>
		askAbout(
			context,
			positionals,
			services => ({verb: 'stop', services, ...timeoutOf(values.timeout)}),
			'is already stopped',
		),
});
