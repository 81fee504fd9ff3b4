import {allCommands} from '../commands.ts';
import {commandTrees} from '../verb/command-trees.ts';
import {mainPage, verbPage} from './command-pages.ts';
import {specPage} from './spec-page.ts';

/**
 * All manual pages by file name, from the data of the help pages. The build writes them.
 *
 * @param schema - the JSON Schema of a spec
 */
export async function manPages(
	schema: Parameters<typeof specPage>[0],
	version: string,
): Promise<Readonly<Record<string, string>>> {
	const commands = await allCommands();
	const all = (await commandTrees(commands)).flatMap(({nested, ...command}) => [command, ...nested]);
	return {
		'tsbox.1': mainPage(commands, version),
		...Object.fromEntries(
			all.map(command => [`tsbox-${command.name.replace(' ', '-')}.1`, verbPage(command, version)]),
		),
		'tsbox.yaml.5': specPage(schema, version),
	};
}
