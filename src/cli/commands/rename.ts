import {defineCommand} from '../verb/command.ts';
import {tell} from '../output/tell.ts';

/** `tsbox rename`: another name for a container. */
export const rename = defineCommand({
	name: 'rename',
	describe: 'Rename a container',
	examples: [
		['tsbox rename shop-web old-web', 'its first name goes on to mean it, and is taken until it is removed'],
		['tsbox rename old-web shop-web', 'back again'],
	],
	options: {},
	positionals: [
		{name: 'OLD', describe: 'Container', required: true, completes: 'container'},
		{name: 'NEW', describe: 'Its new name', required: true, completes: 'none'},
	],
	async run({positionals: [from = '', to = '']}, {io, engine, folders}) {
		const before = await engine.rename(await engine.openMachine(folders), from, to);
		tell(io, `${before} is now ${to}`);
		return 0;
	},
});
