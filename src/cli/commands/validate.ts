import {defineCommand} from '../verb/command.ts';
import {composeProjectOptions, selectedProject} from '../options/project-options.ts';
import {present} from '../../spec/syntax/pick.ts';
import {machineMemory} from '../../host/facts/machine-memory.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {blankWarnings} from '../../spec/project/blank-warnings.ts';
import {memoryWarnings} from '../../spec/project/memory-warnings.ts';
import {portWarnings} from '../../spec/project/port-warnings.ts';
import {jsonText} from '../../view/text/json.ts';
import {tell} from '../output/tell.ts';
import {jsonOption, optionalSpec} from '../options/arguments.ts';

/** `tsbox validate`: checks a spec. */
export const validate = defineCommand({
	name: 'validate',
	describe: 'Check a spec without changing anything',
	examples: [
		['tsbox validate', 'the spec in this folder'],
		['tsbox validate --json demo.yaml', 'the parsed spec'],
	],
	options: {
		...composeProjectOptions,
		...jsonOption,
	},
	positionals: [optionalSpec],
	async run({values, positionals}, context) {
		const {io, engine, folders} = context;
		const {target: file, selection} = selectedProject(values, positionals, context);
		const project = await engine.loadProject({
			cwd: io.cwd,
			env: io.env,
			...selection,
			...present({config: folders.config}),
			...(file === undefined ? {} : {file}),
		});
		const memory = machineMemory(realHost());
		for (const {text} of project.warnings ?? []) tell(io, `warning: ${text}`);
		const several = project.services.length > 1;
		for (const service of project.services) {
			const of = several ? `${service.service}: ` : '';
			for (const warning of [...blankWarnings(service), ...memoryWarnings(service, memory), ...portWarnings(service)])
				tell(io, `warning: ${of}${warning}`);
		}
		if (values.json) io.out(jsonText(project, 2));
		else {
			const names = project.services.map(({service}) => service);
			const active = names.filter(name => project.active?.includes(name) ?? true);
			const others = names.filter(name => !active.includes(name));
			const rest = others.length === 0 ? '' : `; only with a profile: ${others.join(', ')}`;
			tell(io, `${project.file} is valid: ${active.join(', ')}${rest}`);
		}
		return 0;
	},
});
