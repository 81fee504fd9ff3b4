import {TsboxError} from '../../errors/tsbox-error.ts';
import {runtimeCommands, runtimeExamples} from './runtime-commands.ts';
import {type Command, defineCommand} from '../verb/command.ts';

/** `tsbox oci`: the command line of `tsbox-runtime`, which is that of runc(8). Its verbs are in `runtime-commands.ts`. */
export const oci: Command = defineCommand({
	name: 'oci',
	describe: 'Be an OCI runtime with the command line of runc, for Docker and others',
	examples: runtimeExamples,
	options: {},
	positionals: [
		{
			name: 'VERB',
			describe: 'A verb of runc; `tsbox oci --help` lists them',
			required: true,
			completes: 'none',
		},
	],
	// `tsbox oci` never comes here: its streams are those of a container (start.ts).
	dispatch: async (words, {io, words: line}) => {
		if (line[0] !== 'oci')
			throw new TsboxError('E_USAGE', 'options of tsbox stand behind `oci`', {
				hint: 'use `tsbox-runtime`, or write the options of tsbox behind the word',
			});
		const {runtimeMain} = await import('./runtime-main.ts');
		return await runtimeMain(words, {
			out: text => io.out(text),
			err: text => io.err(text),
			version: () => (JSON.parse(io.own.read('package.json')) as {version: string}).version,
			columns: () => io.columns(),
			env: io.env,
			cwd: io.cwd,
			isTerminal: io.isTerminal('stderr'),
		});
	},
	verbs: () =>
		Promise.resolve(
			Object.entries(runtimeCommands).map(
				([name, {describe, options}]): Command => ({
					name: `oci ${name}`,
					describe,
					examples: [],
					options,
					positionals: [],
					run: () => Promise.resolve(2),
				}),
			),
		),
	run: () => Promise.resolve(2),
});
