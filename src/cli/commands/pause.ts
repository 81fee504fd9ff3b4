import {defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';

/** `tsbox pause`: holds containers. */
export const pause = defineCommand({
	name: 'pause',
	describe: 'Freeze all processes of containers',
	examples: [
		['tsbox pause demo', 'hold it'],
		['tsbox pause web worker', 'several'],
	],
	options: {},
	positionals: [{name: 'NAME', describe: 'Containers', required: true, many: true, completes: 'container'}],
	async run({positionals}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		return eachName(positionals, io, async name => {
			await engine.pause(machine, name);
			return name;
		});
	},
});
