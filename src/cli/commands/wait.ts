import {defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';
import {containerNames} from '../options/arguments.ts';

/** `tsbox wait`: waits until containers exit. */
export const wait = defineCommand({
	name: 'wait',
	describe: 'Wait until containers exit, and print their exit statuses',
	examples: [
		['tsbox wait demo', 'prints 0, or 137 after SIGKILL'],
		['tsbox wait first second', 'one line per container, in this order'],
	],
	options: {},
	positionals: [containerNames],
	async run({positionals}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		// All are watched from the start, so that a container which exits and is removed during another wait is not missed.
		const ends = new Map(positionals.map(name => [name, engine.wait(machine, name)]));
		for (const end of ends.values()) end.catch(() => {});
		return eachName(positionals, io, async name => String(await ends.get(name)));
	},
});
