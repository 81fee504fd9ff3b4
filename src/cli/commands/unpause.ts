import {defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';
import {containerNames} from '../options/arguments.ts';

/** `tsbox unpause`: resumes paused containers. */
export const unpause = defineCommand({
	name: 'unpause',
	describe: 'Resume paused containers',
	examples: [
		['tsbox unpause demo', 'one container'],
		['tsbox unpause web worker', 'several'],
	],
	options: {},
	positionals: [containerNames],
	async run({positionals}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		return eachName(positionals, io, async name => {
			await engine.unpause(machine, name);
			return name;
		});
	},
});
