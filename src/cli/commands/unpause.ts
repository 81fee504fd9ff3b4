import {defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';

/** `tsbox unpause`: lets paused containers go on. */
export const unpause = defineCommand({
	name: 'unpause',
	describe: 'Let paused containers go on',
	examples: [
		['tsbox unpause demo', 'let it go on'],
		['tsbox unpause web worker', 'several'],
	],
	options: {},
	positionals: [{name: 'NAME', describe: 'Containers', required: true, many: true, completes: 'container'}],
	async run({positionals}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		return eachName(positionals, io, async name => {
			await engine.unpause(machine, name);
			return name;
		});
	},
});
