import {parseContainerPath} from '../values/container-path.ts';
import {readEnvironment} from './environment.ts';
import {type Parsed, quoted} from '../model/parsed.ts';
import {type Picker, present} from '../syntax/pick.ts';
import type {Service} from '../model/project.ts';
import type {SpecOptions, SpecRequest} from './request.ts';
import type {ServiceInput} from './service-schema.ts';
import {parseUser} from '../values/user.ts';

type Process = Pick<
	Service,
	| 'entrypoint'
	| 'command'
	| 'environment'
	| 'workingDir'
	| 'user'
	| 'groupAdd'
	| 'stopSignal'
	| 'stopGraceMs'
	| 'tty'
	| 'stdinOpen'
>;

/** What runs in a container, as whom and where, and how it is stopped. */
export function readProcess(
	input: ServiceInput,
	picker: Picker,
	folder: string,
	request: SpecRequest,
	fixed: Readonly<Record<string, string>> = {},
): Process {
	const {pick, override} = picker;
	const {options = {}} = request;
	return {
		...readCommand(input, picker, options),
		environment: readEnvironment(input, picker, folder, request, fixed),
		groupAdd: pick('group_add', input.group_add, []),
		stopSignal: pick('stop_signal', input.stop_signal, 'SIGTERM'),
		stopGraceMs: pick('stop_grace_period', input.stop_grace_period, 10_000),
		...present({
			workingDir: override(
				'--workdir',
				checked('--workdir', options.workingDir, parseContainerPath, picker),
				'working_dir',
				input.working_dir,
				undefined,
			),
			user: override('--user', checked('--user', options.user, parseUser, picker), 'user', input.user, undefined),
			tty: override('--tty', options.tty, 'tty', input.tty, undefined),
			stdinOpen: override('--interactive', options.stdinOpen, 'stdin_open', input.stdin_open, undefined),
		}),
	};
}

function readCommand(
	input: ServiceInput,
	picker: Picker,
	options: SpecOptions,
): Pick<Process, 'entrypoint' | 'command'> {
	const {override, placeOf, invalid} = picker;
	const entrypoint = override('--entrypoint', options.entrypoint, 'entrypoint', input.entrypoint, []);
	const written = options.entrypoint === undefined ? input.command : undefined;
	const fallback = entrypoint.length === 0 ? ['/bin/sh'] : [];
	const command = override('COMMAND', options.command, 'command', written, fallback);
	for (const [key, words] of Object.entries({entrypoint, command})) {
		const nul = words.find(word => word.includes('\0'));
		if (nul !== undefined) invalid(placeOf(key), `${quoted(nul)} must not hold a NUL byte`);
	}
	const program = entrypoint[0] ?? command[0];
	const key = entrypoint.length > 0 ? 'entrypoint' : 'command';
	if (program === undefined) invalid(placeOf('command'), '`command` is empty', 'name a program, or take the line out');
	else if (program === '') invalid(placeOf(key), `\`${key}\` names no program`, 'name a program first');
	return {entrypoint, command};
}

function checked(
	option: string,
	given: string | undefined,
	parse: (text: string) => Parsed<string>,
	picker: Picker,
): string | undefined {
	if (given === undefined) return undefined;
	const parsed = parse(given);
	if (parsed.ok) return parsed.value;
	picker.invalid({kind: 'option', option}, `it ${parsed.problem}`, parsed.hint);
	return undefined;
}
