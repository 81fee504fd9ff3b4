import {jsonOption} from '../options/arguments.ts';
import {lookOf} from '../output/look-of.ts';
import {jsonText} from '../../view/text/json.ts';
import {defineCommand} from '../verb/command.ts';

/** `tsbox du`: what the store takes on the disk. */
export const du = defineCommand({
	name: 'du',
	describe: 'Show what the store takes on the disk, and what can go',
	examples: [
		['tsbox du', 'images, archives, the cache of builds, containers, volumes, records, tools'],
		['tsbox du -v', 'also each image, with what it shares with others'],
	],
	options: {verbose: {kind: 'flag', short: 'v', describe: 'Also list each image'}, ...jsonOption},
	positionals: [],
	async run({values}, {io, engine, folders}) {
		const use = await engine.storeUse(await engine.openMachine(folders));
		if (values.json) io.out(jsonText(use, 2));
		else {
			const {diskUseTable} = await import('../../view/lists/disk-use-table.ts');
			io.out(diskUseTable(use, await lookOf(io, 'stdout', use), values.verbose));
		}
		return 0;
	},
});
