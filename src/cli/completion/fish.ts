import {
	type Command,
	type CommandTree,
	type Completes,
	globalOptions,
	type Option,
	type Options,
} from '../verb/command.ts';

/** The completion script of fish, with the descriptions of verbs and options. */
export function fishCompletion(commands: readonly CommandTree[]): string {
	const verbs = commands.map(
		({name, describe}) => `complete -c tsbox -n __fish_use_subcommand -f -a ${name} -d ${quote(describe)}`,
	);
	return `# fish completion of tsbox; to use: tsbox completion fish > ~/.config/fish/completions/tsbox.fish
function __tsbox_names --argument-names kind
	set --local words (string match --invert -- '-*' (commandline -opc))
	tsbox completion names $kind "$words[3]" 2>/dev/null
end
${[...verbs, ...optionLines('', globalOptions), ...commands.flatMap(command => treeLines(command, commands))].join('\n')}
`;
}

/** The lines of a verb and of its own verbs, which may have the names of others: `up`, `compose up`. */
function treeLines(command: CommandTree, all: readonly CommandTree[]): readonly string[] {
	const {name, nested} = command;
	const parents = all.filter(each => each.nested.some(inner => inner.name === `${each.name} ${name}`));
	const outside = parents.map(parent => `not __fish_seen_subcommand_from ${parent.name}; and `).join('');
	if (nested.length === 0) return linesOf(command, `${outside}__fish_seen_subcommand_from ${name}`);
	const verbs = nested.map(each => each.name.slice(name.length + 1));
	const before = `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${verbs.join(' ')}`;
	return [
		...nested.map(
			({describe}, at) => `complete -c tsbox -n ${quote(before)} -f -a ${verbs[at] ?? ''} -d ${quote(describe)}`,
		),
		...optionLines(`-n ${quote(before)} `, command.options),
		...nested.flatMap((each, at) =>
			linesOf(each, `__fish_seen_subcommand_from ${name}; and __fish_seen_subcommand_from ${verbs[at] ?? ''}`),
		),
	];
}

function linesOf({options, positionals}: Command, condition: string): readonly string[] {
	const here = `-n ${quote(condition)} `;
	// Files are offered for every argument if any argument is a file, because fish does not count arguments.
	const noFiles = positionals.some(({completes}) => completes === 'file') ? '' : '-f ';
	const offers = positionals.map(({choices, completes}) => choices?.join(' ') ?? namesOf(completes));
	const words = offers.filter(offer => offer !== '');
	return [
		...words.map(offer => `complete -c tsbox ${here}${noFiles}-a ${quote(offer)}`),
		...optionLines(here, options),
	];
}

function optionLines(here: string, options: Options): readonly string[] {
	return Object.entries(options).map(
		([name, option]) => `complete -c tsbox ${here}${optionWords(name, option)} -d ${quote(option.describe)}`,
	);
}

function namesOf(completes: Completes): string {
	return completes === 'file' || completes === 'none' ? '' : `(__tsbox_names ${completes})`;
}

function optionWords(name: string, {short, kind, choices, completes = 'none'}: Option): string {
	const offer = choices?.join(' ') ?? namesOf(completes);
	const letter = short === undefined ? '' : `-s ${short} `;
	const value = kind === 'flag' ? '' : offer === '' ? ' -r' : ` -x -a ${quote(offer)}`;
	return `${letter}-l ${name}${value}`;
}

function quote(text: string): string {
	return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
