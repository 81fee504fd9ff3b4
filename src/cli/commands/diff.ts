import {defineCommand} from '../verb/command.ts';
import {jsonText} from '../../view/text/json.ts';
import {tell} from '../output/tell.ts';

/** `tsbox diff`: what a container wrote over its image. */
export const diff = defineCommand({
	name: 'diff',
	describe: 'List the files that a container changed against its image',
	examples: [
		['tsbox diff demo', 'A added, C changed, D deleted'],
		['tsbox diff --json demo', 'the same as JSON'],
	],
	options: {json: {kind: 'flag', describe: 'As JSON'}},
	positionals: [{name: 'NAME', describe: 'Container', required: true, completes: 'container'}],
	async run({values, positionals: [name = '']}, {io, engine, folders}) {
		const {changes, unread} = await engine.diff(await engine.openMachine(folders), name);
		const {escapeText} = await import('../../view/text/escape.ts');
		io.out(
			values.json ? jsonText(changes, 2) : changes.map(({change, path}) => `${change} ${escapeText(path)}\n`).join(''),
		);
		for (const path of unread) tell(io, `warning: ${path} is left out: others own it, or it is too deep`);
		return 0;
	},
});
