import {defineCommand} from '../verb/command.ts';
import {jsonText} from '../../view/text/json.ts';

/** `tsbox inspect`: all that is known of a container. */
export const inspect = defineCommand({
	name: 'inspect',
	describe: 'Print all that is known of a container or a project as JSON',
	examples: [
		['tsbox inspect demo', 'everything'],
		["tsbox inspect --format '{{.Process.Pid}}' demo", 'one field'],
		['tsbox inspect shop | jq .supervisor.pid', 'who looks after a detached project'],
	],
	options: {
		json: {kind: 'flag', describe: 'Accepted for habit: it is JSON always'},
		format: {kind: 'text', value: 'FORMAT', describe: 'A template of {{.Field}}s, {{json .Field}}s'},
	},
	positionals: [{name: 'NAME', describe: 'Container, or detached project', required: true, completes: 'project'}],
	async run({values, positionals: [name = '']}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		const facts = (await engine.inspectProject(machine, name)) ?? (await engine.inspect(machine, name));
		if (values.format === undefined || values.format === 'json') await io.page(jsonText(facts, 2));
		else {
			const {formatTemplate} = await import('../../view/text/format-template.ts');
			io.out(`${formatTemplate(values.format, facts)}\n`);
		}
		return 0;
	},
});
