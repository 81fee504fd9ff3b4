import {defineCommand} from '../verb/command.ts';
import {askAbout, projectPositionals} from '../options/project-verb.ts';
import {projectOptions} from '../options/project-options.ts';

/** `tsbox start`: starts stopped services of a project. */
export const start = defineCommand({
	name: 'start',
	describe: 'Start stopped services again',
	examples: [['tsbox start shop web', 'one service of a project']],
	options: projectOptions,
	positionals: projectPositionals,
	run: ({values, positionals}, context) =>
		askAbout(context, values, positionals, services => ({verb: 'start', services}), 'is already running'),
});
