import {defineCommand} from '../verb/command.ts';
import {jsonText} from '../../view/text/json.ts';
import {tell} from '../output/tell.ts';
import {containerName, jsonOption} from '../options/arguments.ts';

/** `tsbox diff`: lists the files that a container changed. */
export const diff = defineCommand({
	name: 'diff',
	describe: 'List the files that a container changed',
	examples: [
		['tsbox diff demo', 'A added, C changed, D deleted'],
		['tsbox diff --json demo', 'the same as JSON'],
	],
	options: jsonOption,
	positionals: [containerName],
	async run({values, positionals: [name = '']}, {io, engine, folders}) {
		const {changes, unread} = await engine.diff(await engine.openMachine(folders), name);
		const {escapeText} = await import('../../view/text/escape.ts');
		io.out(
			values.json ? jsonText(changes, 2) : changes.map(({change, path}) => `${change} ${escapeText(path)}\n`).join(''),
		);
		for (const path of unread)
			tell(io, `warning: ${path} is left out: no permission to read it, or it is nested too deep`);
		return 0;
	},
});
