import {defineCommand} from '../verb/command.ts';
import {jsonText} from '../../view/text/json.ts';

/** `tsbox inspect`: prints everything known about a container. */
export const inspect = defineCommand({
	name: 'inspect',
	describe: 'Print everything known about a container or project as JSON',
	examples: [
		['tsbox inspect demo', 'everything'],
		["tsbox inspect --format '{{.Process.Pid}}' demo", 'one field'],
		['tsbox inspect shop | jq .supervisor.pid', 'the process that supervises a project in the background'],
	],
	options: {
		json: {kind: 'flag', describe: 'Print JSON (the default)'},
		format: {kind: 'text', value: 'FORMAT', describe: 'Template with {{.Field}} or {{json .Field}}'},
	},
	positionals: [
		{name: 'NAME', describe: 'Container, or project in the background', required: true, completes: 'project'},
	],
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
