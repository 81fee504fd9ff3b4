import {defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';
import {containerNames} from '../options/arguments.ts';

/** `tsbox pause`: freezes containers. */
export const pause = defineCommand({
	name: 'pause',
	describe: 'Freeze all processes of containers',
	examples: [
		['tsbox pause demo', 'one container'],
		['tsbox pause web worker', 'several'],
	],
	options: {},
	positionals: [containerNames],
	async run({positionals}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		return eachName(positionals, io, async name => {
			await engine.pause(machine, name);
			return name;
		});
	},
});
