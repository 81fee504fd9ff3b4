import {optionRows, pageOf, widest} from '../options/help-page.ts';
import {type RuntimeCommand, runtimeCommands, runtimeExamples, runtimeGlobals} from './runtime-commands.ts';

/**
 * The help page of the runtime, or of one of its verbs, with the headings of runc's.
 *
 * @param columns - of the terminal
 */
export function runtimeHelp(verb: string | undefined, columns: number): string {
	const page = pageOf(Math.min(columns, widest));
	const title = (name: string, text: string): string => `${name}:\n   ${text}\n`;
	const command: RuntimeCommand | undefined = verb === undefined ? undefined : runtimeCommands[verb];
	const sections =
		command === undefined
			? [
					title('NAME', 'tsbox-runtime, in place of runc - Open Container Initiative runtime'),
					title('USAGE', 'tsbox-runtime [GLOBAL OPTIONS] VERB [OPTIONS] [ID]'),
					page.list(
						'VERBS:',
						Object.entries(runtimeCommands).map(([name, {describe}]) => [name, describe]),
					),
					page.list('GLOBAL OPTIONS:', optionRows(runtimeGlobals)),
					page.examples(runtimeExamples),
					page.prose('Help on a verb: tsbox-runtime VERB --help. With engines: docs/engines.md.'),
				]
			: [
					title('NAME', `tsbox-runtime ${verb}, in place of runc ${verb} - ${command.describe}`),
					title('USAGE', ['tsbox-runtime', verb, '[OPTIONS]', command.words].join(' ').trimEnd()),
					page.list('OPTIONS:', optionRows(command.options)),
				];
	return sections.filter(section => section !== '').join('\n');
}
