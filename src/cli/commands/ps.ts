import {defineCommand} from '../command.ts';
import {lookOf} from '../look-of.ts';
import {jsonText} from '../../view/json.ts';

/** `tsbox ps`: the containers of this machine. */
export const ps = defineCommand({
	name: 'ps',
	describe: 'List the containers',
	examples: [
		['tsbox ps', 'a table'],
		['tsbox ps -q', 'names only'],
		["tsbox ps --format '{{.Name}}\\t{{.Pid}}'", 'chosen fields'],
	],
	options: {
		all: {kind: 'flag', short: 'a', describe: 'Those too that have ended'},
		quiet: {kind: 'flag', short: 'q', describe: 'Names only'},
		json: {kind: 'flag', describe: 'The same as --format json'},
		format: {kind: 'text', value: 'FORMAT', describe: 'table, json, or a template of {{.Field}}s'},
	},
	positionals: [],
	async run({values}, {io, engine, folders}) {
		const known = await engine.list(await engine.openMachine(folders));
		const containers = values.all ? known : known.filter(({state}) => state !== 'exited');
		const format = values.json ? 'json' : (values.format ?? 'table');
		if (values.quiet) io.out(containers.map(({name}) => `${name}\n`).join(''));
		else if (format === 'json') io.out(jsonText(containers, 2));
		else if (format === 'table') {
			const {containerTable} = await import('../../view/container-table.ts');
			io.out(containerTable(containers, io.now(), await lookOf(io, 'stdout', containers)));
		} else {
			const {formatTemplate} = await import('../../view/format-template.ts');
			for (const container of containers)
				io.out(
					`${formatTemplate(format, {...container, command: container.command.join(' '), exitCode: container.exitCode ?? ''})}\n`,
				);
		}
		return 0;
	},
});
