import {defineCommand} from '../command.ts';
import {jsonText} from '../../view/json.ts';

/** `tsbox inspect`: all that is known of a container. */
export const inspect = defineCommand({
	name: 'inspect',
	describe: 'Show all that is known of a container or a detached project, as JSON',
	examples: [
		['tsbox inspect demo', 'everything'],
		['tsbox inspect demo | jq .process.pid', 'one field'],
		['tsbox inspect shop | jq .supervisor.pid', 'who looks after a detached project'],
	],
	options: {json: {kind: 'flag', describe: 'Accepted for habit: it is JSON always'}},
	positionals: [{name: 'NAME', describe: 'Container, or detached project', required: true, completes: 'project'}],
	async run({positionals: [name = '']}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		const facts = (await engine.inspectProject(machine, name)) ?? (await engine.inspect(machine, name));
		await io.page(jsonText(facts, 2));
		return 0;
	},
});
