import {defineCommand} from '../verb/command.ts';
import {tell} from '../output/tell.ts';

/** `tsbox rename`: renames a container. */
export const rename = defineCommand({
	name: 'rename',
	describe: 'Rename a container',
	examples: [
		['tsbox rename shop-web-1 old-web', 'the old name still works, and stays reserved until the container is removed'],
		['tsbox rename old-web shop-web-1', 'rename it back'],
	],
	options: {},
	positionals: [
		{name: 'OLD', describe: 'Container', required: true, completes: 'container'},
		{name: 'NEW', describe: 'New name', required: true, completes: 'none'},
	],
	async run({positionals: [from = '', to = '']}, {io, engine, folders}) {
		const before = await engine.rename(await engine.openMachine(folders), from, to);
		tell(io, `${before} is now ${to}`);
		return 0;
	},
});
