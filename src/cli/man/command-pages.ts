import {errorCodes} from '../../errors/codes.ts';
import {traceCategories} from '../../host/trace.ts';
import {type Command, globalOptions, type Option, type Options} from '../verb/command.ts';
import {head, prose, roff, section, tagged} from './roff.ts';

/** The manual page tsbox(1). */
export function mainPage(commands: readonly Command[], version: string): string {
	const verbs = commands.map(({name, describe}) => tagged(`\\fBtsbox\\-${roff(name)}\\fR(1)`, describe));
	const codes = Object.entries(errorCodes).map(([code, {exitStatus, meaning}]) =>
		tagged(`${exitStatus}, \\fB${code}\\fR`, meaning),
	);
	return [
		head('tsbox', 1, version),
		section('NAME', 'tsbox \\- containers you can read\n'),
		section('SYNOPSIS', '\\fBtsbox\\fR \\fIVERB\\fR [\\fIARGUMENTS\\fR]\n'),
		section(
			'DESCRIPTION',
			`${prose('A YAML spec, tsbox.yaml(5), becomes ordered, visible steps of stock Linux tools. tsbox shows, runs, checks, and undoes these steps.')}\n`,
		),
		section('VERBS', verbs.join('')),
		section('GLOBAL OPTIONS', optionsOf(globalOptions)),
		section(
			'ENVIRONMENT',
			Object.entries(variables)
				.map(([name, text]) => tagged(`\\fB${roff(name)}\\fR`, text))
				.join(''),
		),
		section(
			'FILES',
			Object.entries(files)
				.map(([name, text]) => tagged(`\\fI${roff(name)}\\fR`, text))
				.join(''),
		),
		section('EXIT STATUS', `${prose('0, the exit status of the command, or for an error:')}\n${codes.join('')}`),
		section('SEE ALSO', '\\fBtsbox.yaml\\fR(5)\n'),
	].join('');
}

/** The manual page of a verb. */
export function verbPage(command: Command, version: string): string {
	const {name, describe, positionals, rest, options, examples} = command;
	const words = [
		'[\\fIOPTIONS\\fR]',
		...positionals.map(({name: word, required, many}) => {
			const shown = `\\fI${roff(word)}\\fR${many === true ? '...' : ''}`;
			return required === true ? shown : `[${shown}]`;
		}),
		...(rest === undefined ? [] : [rest.required ? '[\\-\\-] \\fICOMMAND\\fR...' : '[\\-\\- \\fICOMMAND\\fR...]']),
	];
	const args = positionals.map(({name: word, describe: text, choices}) =>
		tagged(`\\fI${roff(word)}\\fR`, choices === undefined ? text : `${text} (${choices.join(', ')})`),
	);
	const lines = examples.map(([line, what]) => `.TP\n\\fB${roff(line)}\\fR\n${prose(what)}\n`);
	return [
		head(`tsbox-${name.replace(' ', '-')}`, 1, version),
		section('NAME', `tsbox\\-${roff(name.replace(' ', '-'))} \\- ${prose(describe)}\n`),
		section('SYNOPSIS', `\\fBtsbox ${roff(name)}\\fR ${words.join(' ')}\n`),
		section('ARGUMENTS', args.join('')),
		section('OPTIONS', optionsOf(options)),
		section('EXAMPLES', lines.join('')),
		section('SEE ALSO', '\\fBtsbox\\fR(1), for global options and exit statuses; \\fBtsbox.yaml\\fR(5)\n'),
	].join('');
}

function optionsOf(options: Options): string {
	return Object.entries<Option>(options)
		.map(([name, {short, value, choices, describe}]) => {
			const letter = short === undefined ? '' : `\\fB\\-${roff(short)}\\fR, `;
			const argument = value === undefined ? '' : ` \\fI${roff(value)}\\fR`;
			const text = choices === undefined ? describe : `${describe} (${choices.join(', ')})`;
			return tagged(`${letter}\\fB\\-\\-${roff(name)}\\fR${argument}`, text);
		})
		.join('');
}

const variables = {
	COMPOSE_FILE: 'Spec files without `--file`, separated by COMPOSE_PATH_SEPARATOR, which is a colon by default.',
	COMPOSE_ENV_FILES: 'Files with variables without `--env-file`, separated by commas.',
	COMPOSE_PROFILES: 'Profiles to enable without `--profile`.',
	COMPOSE_PROJECT_NAME: 'Name of the project without `--project-name`.',
	'COMPOSE_REMOVE_ORPHANS, COMPOSE_IGNORE_ORPHANS':
		'`true`: `tsbox compose` removes containers of services that the files do not have, or does not tell of them.',
	'COMPOSE_ANSI, COMPOSE_PROGRESS': 'The same as `--ansi` and `--progress` of `tsbox compose`.',
	NO_COLOR: 'Disable colors.',
	FORCE_COLOR: 'Enable colors even without a terminal; `0` disables them.',
	'TSBOX_PAGER, PAGER': 'Pager for long text on a terminal; default less(1). `cat` or an empty value disables it.',
	TSBOX_DEBUG: `Categories to trace on standard error, separated by commas: ${Object.keys(traceCategories).join(', ')}, or all. A supervisor writes its trace to the file "said" in the folder of its project.`,
	TSBOX_FRONT:
		'`off` starts each container through Node. By default `run` of a spec that has not changed does without.',
	XDG_CONFIG_HOME: "The folder of a person's configuration.",
} as const;

const files = {
	'tsbox.config.yaml, .tsboxrc.yaml':
		'Project configuration, in the working folder or a parent folder in its repository.',
	'~/.config/tsbox/config.yaml': 'User configuration.',
	'/etc/tsbox/config.yaml': 'Machine configuration. Its policy applies to all users.',
	'/var/lib/tsbox, /run/tsbox': 'Images, volumes, and layers; state of running containers.',
} as const;
