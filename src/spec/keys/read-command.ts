import {quoted} from '../model/parsed.ts';
import type {Service} from '../model/project.ts';
import type {Picker} from '../syntax/pick.ts';
import type {SpecOptions} from './request.ts';
import type {ServiceInput} from './service-schema.ts';

/** Reads `entrypoint` and `command`, with overrides from the command line. With an image both may be its own. */
export function readCommand(
	input: ServiceInput,
	picker: Picker,
	options: SpecOptions,
): Pick<Service, 'entrypoint' | 'command'> {
	const {override, placeOf, invalid} = picker;
	const entrypoint = override('--entrypoint', options.entrypoint, 'entrypoint', input.entrypoint, []);
	const written = options.entrypoint === undefined ? input.command : undefined;
	const hasImage = input.image !== undefined || input.build !== undefined;
	const fallback = entrypoint.length === 0 && !hasImage ? ['/bin/sh'] : [];
	const command = override('COMMAND', options.command, 'command', written, fallback);
	for (const [key, words] of Object.entries({entrypoint, command})) {
		const nul = words.find(word => word.includes('\0'));
		if (nul !== undefined) invalid(placeOf(key), `${quoted(nul)} must not hold a NUL byte`);
	}
	const program = entrypoint[0] ?? command[0];
	const key = entrypoint.length > 0 ? 'entrypoint' : 'command';
	if (program === undefined && hasImage) return {entrypoint, command};
	if (program === undefined) invalid(placeOf('command'), '`command` is empty', 'name a program, or take the line out');
	else if (program === '') invalid(placeOf(key), `\`${key}\` names no program`, 'name a program first');
	return {entrypoint, command};
}
