import {type Command, globalOptions, type Option, type Positional} from '../command.ts';

/** The completion script of zsh, with the descriptions of verbs and options. */
export function zshCompletion(commands: readonly Command[]): string {
	return `#compdef tsbox
# zsh completion of tsbox; to use: tsbox completion zsh > "\${fpath[1]}/_tsbox"
_tsbox_containers() {
	local -a names
	names=(\${(f)"$(tsbox ps -q 2>/dev/null)"})
	_describe container names
}
_tsbox_runs() {
	local -a ids
	ids=(\${(f)"$(tsbox runs -q 2>/dev/null)"})
	_describe run ids
}
_tsbox_specs() {
	_files -g '*.(yaml|yml|json)'
}
_tsbox() {
	local -a verbs
	verbs=(
${commands.map(({name, describe}) => `		${quote(`${name}:${describe.replaceAll(':', '\\:')}`)}`).join('\n')}
	)
	if (( CURRENT == 2 )); then
		_describe verb verbs
		return
	fi
	case $words[2] in
${commands.map(caseOf).join('\n')}
	esac
}
compdef _tsbox tsbox
`;
}

function caseOf({name, options, positionals, rest}: Command): string {
	const specs = [
		...Object.entries({...options, ...globalOptions}).map(([option, facts]) => optionSpec(option, facts)),
		...positionals.map(positionalSpec),
		...(rest === undefined ? [] : ["'*:command:_default'"]),
	];
	return `	${name})
		shift words; (( CURRENT-- ))
		_arguments -s \\
${specs.map(spec => `			${spec}`).join(' \\\n')}
		;;`;
}

function optionSpec(name: string, {short, describe, kind, value, choices}: Option): string {
	const text = `[${describe.replaceAll(/[[\]]/g, '')}]`;
	const many = kind === 'list' ? '*' : '';
	const argument =
		kind === 'flag'
			? ''
			: `:${(value ?? name).replaceAll(':', '\\:')}:${choices === undefined ? '_default' : `(${choices.join(' ')})`}`;
	if (short === undefined) return quote(`${many}--${name}${text}${argument}`);
	const excluded = kind === 'list' ? '*' : `(-${short} --${name})`;
	return `${quote(excluded)}{-${short},--${name}}${quote(`${text}${argument}`)}`;
}

function positionalSpec({name, choices, completes, many}: Positional): string {
	const action =
		choices === undefined
			? {file: '_tsbox_specs', container: '_tsbox_containers', run: '_tsbox_runs', none: ' '}[completes]
			: `(${choices.join(' ')})`;
	return quote(`${many === true ? '*' : ''}:${name}:${action}`);
}

function quote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
