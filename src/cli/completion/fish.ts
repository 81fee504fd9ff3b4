import {type Command, globalOptions, type Option, type Options} from '../command.ts';

/** The completion script of fish, with the descriptions of verbs and options. */
export function fishCompletion(commands: readonly Command[]): string {
	const verbs = commands.map(
		({name, describe}) => `complete -c tsbox -n __fish_use_subcommand -f -a ${name} -d ${quote(describe)}`,
	);
	return `# fish completion of tsbox; to use: tsbox completion fish > ~/.config/fish/completions/tsbox.fish
${[...verbs, ...optionLines('', globalOptions), ...commands.flatMap(linesOf)].join('\n')}
`;
}

function linesOf({name, options, positionals}: Command): readonly string[] {
	const here = `-n ${quote(`__fish_seen_subcommand_from ${name}`)} `;
	const [first] = positionals;
	const words =
		first?.choices?.join(' ') ??
		{file: '', container: '(tsbox ps -q 2>/dev/null)', run: '(tsbox runs -q 2>/dev/null)', none: ''}[
			first?.completes ?? 'none'
		];
	// Without -f fish goes on offering files, which is what a spec is.
	const argument = words === '' ? [] : [`complete -c tsbox ${here}-f -a ${quote(words)}`];
	return [...argument, ...optionLines(here, options)];
}

function optionLines(here: string, options: Options): readonly string[] {
	return Object.entries(options).map(
		([name, option]) => `complete -c tsbox ${here}${optionWords(name, option)} -d ${quote(option.describe)}`,
	);
}

function optionWords(name: string, {short, kind, choices}: Option): string {
	const letter = short === undefined ? '' : `-s ${short} `;
	const value = kind === 'flag' ? '' : choices === undefined ? ' -r' : ` -x -a ${quote(choices.join(' '))}`;
	return `${letter}-l ${name}${value}`;
}

function quote(text: string): string {
	return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
