import {
	type Command,
	type CommandTree,
	type Completes,
	globalOptions,
	type Option,
	type Positional,
} from '../verb/command.ts';

/** The completion script of zsh, with the descriptions of verbs and options. */
export function zshCompletion(commands: readonly CommandTree[]): string {
	return `#compdef tsbox
# zsh completion of tsbox; to use: tsbox completion zsh > "\${fpath[1]}/_tsbox"
_tsbox_names() {
	local -a names before
	before=(\${\${words[2,CURRENT-1]}:#-*})
	names=(\${(f)"$(tsbox completion names $1 "\${before[1]}" 2>/dev/null)"})
	compadd -a names
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

function caseOf(command: CommandTree): string {
	const {name, nested} = command;
	if (nested.length === 0) return branch(name, argumentsOf(command), 1);
	const verbs = nested.map(each => each.name.slice(name.length + 1));
	const own = argumentsOf({...command, positionals: []}, '-C ');
	const inner = nested.map((each, at) => branch(verbs[at] ?? '', argumentsOf(each), 3, false));
	return `	${name})
		shift words; (( CURRENT-- ))
		local state
		${own} \\
			'1:verb:(${verbs.join(' ')})' \\
			'*::argument:->nested'
		if [[ $state == nested ]]; then
			case $words[1] in
${inner.join('\n')}
			esac
		fi
		;;`;
}

function branch(name: string, body: string, depth: number, shifts = true): string {
	const tabs = '\t'.repeat(depth);
	return `${tabs}${name})
${shifts ? `${tabs}	shift words; (( CURRENT-- ))\n` : ''}${tabs}	${body}
${tabs}	;;`;
}

/** The call of _arguments for a verb. */
function argumentsOf({options, positionals, rest}: Command, flags = ''): string {
	const specs = [
		...Object.entries({...options, ...globalOptions}).map(([option, facts]) => optionSpec(option, facts)),
		...positionals.map(positionalSpec),
		...(rest === undefined ? [] : ["'*:command:_default'"]),
	];
	return `_arguments ${flags}-s \\\n${specs.map(spec => `			${spec}`).join(' \\\n')}`;
}

function optionSpec(name: string, {short, describe, kind, value, choices, completes = 'none'}: Option): string {
	const text = `[${describe.replaceAll(/[[\]]/g, '')}]`;
	const many = kind === 'list' ? '*' : '';
	const argument =
		kind === 'flag' ? '' : `:${(value ?? name).replaceAll(':', '\\:')}:${actionOf(choices, completes, '_default')}`;
	if (short === undefined) return quote(`${many}--${name}${text}${argument}`);
	const excluded = kind === 'list' ? '*' : `(-${short} --${name})`;
	return `${quote(excluded)}{-${short},--${name}}${quote(`${text}${argument}`)}`;
}

function positionalSpec({name, choices, completes, many}: Positional): string {
	return quote(`${many === true ? '*' : ''}:${name}:${actionOf(choices, completes, ' ')}`);
}

function actionOf(choices: readonly string[] | undefined, completes: Completes, otherwise: string): string {
	if (choices !== undefined) return `(${choices.join(' ')})`;
	if (completes === 'none') return otherwise;
	return completes === 'file' ? '_tsbox_specs' : `{_tsbox_names ${completes}}`;
}

function quote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
