import {defineCommand} from '../verb/command.ts';
import {askAbout, projectPositionals} from '../options/project-verb.ts';

/** `tsbox start`: starts stopped services of a project. */
export const start = defineCommand({
	name: 'start',
	describe: 'Start stopped services again',
	examples: [['tsbox start shop web', 'one service of a project']],
	options: {},
	positionals: projectPositionals,
	run: ({positionals}, context) =>
		askAbout(context, positionals, services => ({verb: 'start', services}), 'is already running'),
});
