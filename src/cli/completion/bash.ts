import {type Command, globalOptions} from '../command.ts';

/** The completion script of bash; container names are asked of tsbox itself. */
export function bashCompletion(commands: readonly Command[]): string {
	return `# bash completion of tsbox; to use: source <(tsbox completion bash)
_tsbox() {
	local cur=\${COMP_WORDS[COMP_CWORD]} verb= options= kind=none choices= i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case \${COMP_WORDS[i]} in
		--) return ;;
		-*) ;;
		*) [[ -n $verb ]] || verb=\${COMP_WORDS[i]} ;;
		esac
	done
	case $verb in
	'') choices='${commands.map(({name}) => name).join(' ')}' options='${optionWords({})}' ;;
${commands.map(caseOf).join('\n')}
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
	elif [[ -n $choices ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$cur")
	elif [[ $kind == container ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(tsbox ps -q 2>/dev/null)" -- "$cur")
	elif [[ $kind == run ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(tsbox runs -q 2>/dev/null)" -- "$cur")
	elif [[ $kind == file ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur" | grep -E '[.](yaml|yml|json)$'; compgen -d -S / -- "$cur")
	fi
}
complete -o bashdefault -o default -F _tsbox tsbox
`;
}

function caseOf({name, options, positionals}: Command): string {
	const [first] = positionals;
	const choices = first?.choices === undefined ? '' : ` choices='${first.choices.join(' ')}'`;
	return `	${name}) options='${optionWords(options)}' kind=${first?.completes ?? 'none'}${choices} ;;`;
}

function optionWords(options: Command['options']): string {
	return Object.keys({...options, ...globalOptions})
		.map(name => `--${name}`)
		.join(' ');
}
