import yargs from 'yargs';
import {type Aliases, aliasText} from './aliases.ts';
import {type Command, globalOptions, type Option, type Options} from './command.ts';

type Page = ReturnType<typeof yargs>;

const widest = 100;

/** The help of tsbox, or of one verb: drawn by yargs from the same data that the arguments are read by. */
export async function helpPage(
	commands: readonly Command[],
	verb: string | undefined,
	columns: number,
	aliases: Aliases = {},
): Promise<string> {
	const command = commands.find(({name}) => name === verb);
	const page = yargs(command === undefined ? [] : [command.name])
		.scriptName('tsbox')
		.wrap(Math.min(columns, widest))
		.locale('en')
		.updateStrings({'Positionals:': 'Arguments:'})
		.help(false)
		.version(false);
	if (command === undefined) addVerbs(page, commands, aliases);
	else page.command(positionalsOf(command), command.describe, verbPage => addVerb(verbPage, command));
	addOptions(page, globalOptions, 'Options of every verb:');
	return `${await page.getHelp()}\n`;
}

function addVerbs(page: Page, commands: readonly Command[], aliases: Aliases): void {
	page.usage(
		'Usage: $0 VERB [ARGUMENTS]\n\nContainers you can read: a YAML spec becomes visible steps of stock Linux tools.',
	);
	for (const {name, describe} of commands) page.command(name, describe);
	for (const [name, words] of Object.entries(aliases)) page.command(name, aliasText(words));
	page.example('$0 init', 'write a spec to start from');
	page.example('$0 plan --explain', 'read what would be done, and why');
	page.example('$0 up', 'do it');
	page.epilogue('Each verb has a page of its own: tsbox VERB --help');
}

function addVerb(page: Page, command: Command): Page {
	const {name, describe, positionals, rest, options, examples} = command;
	const words = [
		name,
		'[OPTIONS]',
		...positionals.map(({name: word, required, many}) =>
			bracket(`${word}${many === true ? '...' : ''}`, required === true),
		),
		...(rest === undefined ? [] : [bracket(rest.required ? '[--] COMMAND...' : '-- COMMAND...', rest.required)]),
	];
	page.usage(`Usage: $0 ${words.join(' ')}\n\n${describe}`);
	for (const positional of positionals) page.positional(positional.name, {describe: positional.describe});
	addOptions(page, options, 'Options:');
	for (const [line, what] of examples) page.example(line.replace(/^tsbox/, '$0'), what);
	return page;
}

function bracket(word: string, required: boolean): string {
	return required ? word : `[${word}]`;
}

/** The command as yargs declares one: optional in its eyes, for a page asks for no value. */
function positionalsOf({name, positionals}: Command): string {
	return [name, ...positionals.map(({name: word}) => `[${word}]`)].join(' ');
}

function addOptions(page: Page, options: Options, group: string): void {
	for (const [name, option] of Object.entries(options)) {
		const label = option.value === undefined ? name : `${name} ${option.value}`;
		page.option(label, {...lookOf(option), group});
	}
}

function lookOf({short, describe, choices}: Option) {
	return {
		describe,
		...(short === undefined ? {} : {alias: short}),
		...(choices === undefined ? {} : {choices}),
	};
}
