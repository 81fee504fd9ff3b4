import {type Command, type CommandTree, globalOptions, type Option, type Options} from '../verb/command.ts';

/**
 * The completion script of bash. It asks tsbox for names, and walks over the words before the cursor to tell option values
 * from arguments.
 */
export function bashCompletion(commands: readonly CommandTree[]): string {
	const nests = commands
		.filter(({nested}) => nested.length > 0)
		.map(({name}) => `$verb == ${name}`)
		.join(' || ');
	return `# bash completion of tsbox; to use: source <(tsbox completion bash)
_tsbox() {
	local cur=\${COMP_WORDS[COMP_CWORD]} verb= first= option= kind=none options='${optionWords({})}' i count=0
	local -a kinds=()
	local -A values=(${valuesOf({})})
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ -n $option ]]; then option=; continue; fi
		case \${COMP_WORDS[i]} in
		--) return ;;
		-*) [[ -z \${values[\${COMP_WORDS[i]}]-} ]] || option=\${COMP_WORDS[i]} ;;
		*)
			if [[ -n $verb && ${nests} ]]; then
				verb+=" \${COMP_WORDS[i]}" count=0
			elif [[ -n $verb ]]; then
				# Where the project is chosen before the verb, no argument names it.
				((count++)) || [[ $verb == *' '* ]] || first=\${COMP_WORDS[i]}
				continue
			else
				verb=\${COMP_WORDS[i]}
			fi
			case $verb in
${commands
	.flatMap(command => [command, ...command.nested])
	.map(caseOf)
	.join('\n')}
			esac
			;;
		esac
	done
	if [[ -n $option ]]; then
		kind=\${values[$option]}
	elif [[ $cur == -* ]]; then
		kind=":$options"
	elif [[ -z $verb ]]; then
		kind=':${commands.map(({name}) => name).join(' ')}'
	elif ((count < \${#kinds[@]})); then
		kind=\${kinds[count]}
	elif ((\${#kinds[@]})) && [[ \${kinds[-1]} == *+ ]]; then
		kind=\${kinds[-1]}
	fi
	kind=\${kind%+}
	case $kind in
	none) ;;
	:*) mapfile -t COMPREPLY < <(compgen -W "\${kind#:}" -- "$cur") ;;
	file) mapfile -t COMPREPLY < <(compgen -f -- "$cur" | grep -E '[.](yaml|yml|json)$'; compgen -d -S / -- "$cur") ;;
	image)
		# Readline takes a colon for the start of a new word.
		cur=\${COMP_LINE:0:COMP_POINT}
		cur=\${cur##*[[:space:]]}
		mapfile -t COMPREPLY < <(compgen -W "$(tsbox completion names image 2>/dev/null)" -- "$cur")
		[[ $cur != *:* || $COMP_WORDBREAKS != *:* ]] || COMPREPLY=("\${COMPREPLY[@]#"\${cur%:*}:"}")
		;;
	*) mapfile -t COMPREPLY < <(compgen -W "$(tsbox completion names "$kind" "$first" 2>/dev/null)" -- "$cur") ;;
	esac
}
complete -o bashdefault -o default -F _tsbox tsbox
`;
}

function caseOf({name, options, positionals, nested = []}: Command & Partial<CommandTree>): string {
	const kinds = positionals.map(({choices: written, completes, many}) => {
		const choices = nested.length === 0 ? written : nested.map(each => each.name.slice(name.length + 1));
		const kind = choices === undefined ? completes : `:${choices.join(' ')}`;
		return `'${kind}${many === true ? '+' : ''}'`;
	});
	return `			${name.includes(' ') ? `'${name}'` : name}) options='${optionWords(options)}' kinds=(${kinds.join(' ')}) values=(${valuesOf(options)}) ;;`;
}

function optionWords(options: Options): string {
	return Object.keys({...options, ...globalOptions})
		.map(name => `--${name}`)
		.join(' ');
}

/** The options that take a value, and how to complete it. */
function valuesOf(options: Options): string {
	return Object.entries<Option>({...options, ...globalOptions})
		.filter(([, {kind}]) => kind !== 'flag')
		.flatMap(([name, {short, choices, completes}]) => {
			const kind = choices === undefined ? (completes ?? 'none') : `:${choices.join(' ')}`;
			return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])].map(word => `['${word}']='${kind}'`);
		})
		.join(' ');
}
