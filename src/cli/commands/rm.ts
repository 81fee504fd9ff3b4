import {defineCommand} from '../verb/command.ts';
import {askAbout, projectPositionals, stopOptions, timeoutOf} from '../options/project-verb.ts';
import {longProjectOptions} from '../options/project-options.ts';

/** `tsbox rm`: stops services and removes their files and output. */
export const rm = defineCommand({
	name: 'rm',
	describe: 'Stop services and remove their files and output',
	examples: [['tsbox rm shop web', 'one service of a project']],
	options: {
		...stopOptions,
		...longProjectOptions,
		volumes: {kind: 'flag', short: 'v', describe: 'Also remove the volumes that their images declare, and their data'},
		force: {kind: 'flag', short: 'f', describe: 'Kill them with SIGKILL'},
	},
	positionals: projectPositionals,
	run: ({values, positionals}, context) =>
		askAbout(context, values, positionals, services => ({
			verb: 'remove',
			services,
			...(values.volumes && {volumes: true}),
			...timeoutOf(values.force ? 0 : values.timeout),
		})),
});
