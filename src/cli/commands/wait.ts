import {defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';

/** `tsbox wait`: stays until containers have ended. */
export const wait = defineCommand({
	name: 'wait',
	describe: 'Wait until containers exit, and print their exit statuses',
	examples: [
		['tsbox wait demo', 'a line: 0, or 137 when SIGKILL ended it'],
		['tsbox wait first second', 'a line each, in this order'],
	],
	options: {},
	positionals: [{name: 'NAME', describe: 'Containers', required: true, many: true, completes: 'container'}],
	async run({positionals}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		// All are watched from the start: one that ends and is forgotten while another is waited for is not missed.
		const ends = new Map(positionals.map(name => [name, engine.wait(machine, name)]));
		for (const end of ends.values()) end.catch(() => {});
		return eachName(positionals, io, async name => String(await ends.get(name)));
	},
});
