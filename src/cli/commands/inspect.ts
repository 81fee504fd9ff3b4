import {defineCommand} from '../command.ts';
import {jsonText} from '../../view/json.ts';

/** `tsbox inspect`: all that is known of a container. */
export const inspect = defineCommand({
	name: 'inspect',
	describe: 'Show all that is known of a container, as JSON',
	examples: [
		['tsbox inspect demo', 'everything'],
		['tsbox inspect demo | jq .pid', 'one field'],
	],
	options: {},
	positionals: [{name: 'NAME', describe: 'Container', required: true, completes: 'container'}],
	async run({positionals: [name = '']}, {io, engine, folders}) {
		const facts = await engine.inspect(await engine.openMachine(folders), name);
		io.out(jsonText(facts, 2));
		return 0;
	},
});
