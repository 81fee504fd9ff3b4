import {jsonText} from '../../view/text/json.ts';
import {defineCommand} from '../verb/command.ts';
import {lookOf} from '../output/look-of.ts';
import {containerName, jsonOption} from '../options/arguments.ts';

/** `tsbox top`: lists the processes of a container. */
export const top = defineCommand({
	name: 'top',
	describe: 'List the processes of a container, as the host sees them',
	examples: [
		['tsbox top demo', 'a table'],
		["tsbox top --json demo | jq '.[].pid'", 'their numbers on the host'],
	],
	options: jsonOption,
	positionals: [containerName],
	async run({values, positionals: [name = '']}, {io, engine, folders}) {
		const processes = await engine.top(await engine.openMachine(folders), name);
		if (values.json) io.out(jsonText(processes, 2));
		else {
			const {processTable} = await import('../../view/lists/process-table.ts');
			io.out(processTable(processes, await lookOf(io, 'stdout', processes)));
		}
		return 0;
	},
});
