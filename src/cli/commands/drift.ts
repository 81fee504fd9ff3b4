import {defineCommand} from '../verb/command.ts';
import {jsonText} from '../../view/text/json.ts';
import {containerName, jsonOption} from '../options/arguments.ts';

/** `tsbox drift`: compares a running container with its plan. */
export const drift = defineCommand({
	name: 'drift',
	describe: 'Compare a running container with its plan; exit status 1 if they differ',
	examples: [
		['tsbox drift demo', 'one line per difference'],
		['tsbox update --memory 1g demo && tsbox drift demo', 'no difference: update changes the plan too'],
		['tsbox drift --json demo', 'the same as JSON'],
	],
	options: jsonOption,
	positionals: [containerName],
	async run({values, positionals: [name = '']}, {io, engine, folders}) {
		const found = await engine.drift(await engine.openMachine(folders), name);
		const {differences, checked, unchecked} = found;
		const {escapeText} = await import('../../view/text/escape.ts');
		if (values.json) io.out(jsonText(found, 2));
		else {
			for (const {title, problem} of differences) io.out(`${escapeText(title)}: ${escapeText(problem)}\n`);
			if (differences.length === 0 && checked > 0) io.out(`all ${checked} checks agree\n`);
			for (const text of unchecked) io.err(`not checked: ${escapeText(text)}\n`);
		}
		return differences.length === 0 ? 0 : 1;
	},
});
