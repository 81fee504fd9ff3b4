import * as z from 'zod/mini';
import {parseContainerPath} from './container-path.ts';
import {bad, good, type Parsed} from '../model/parsed.ts';
import {present} from '../syntax/pick.ts';
import type {Hook} from '../model/project.ts';
import {parseBoolean} from '../syntax/scalar.ts';
import {key, mapOrList, parsedBy, text, textOrBoolean, textOrNumber, texts} from './schema-parts.ts';
import {splitShellWords} from '../syntax/shell-words.ts';
import {parseUser} from './user.ts';

const hook = parsedBy(
	z.strictObject(
		{
			command: key(
				'The program and its arguments; a string is split as a shell does.',
				z.union([parsedBy(text, splitShellWords), texts], {error: 'must be text or a list of text'}),
			),
			user: key("Who it runs as; the container's user by default.", parsedBy(textOrNumber, parseUser)),
			privileged: key(
				'Only `false`: nothing gets more powers than its container.',
				parsedBy(textOrBoolean, parseBoolean),
			),
			working_dir: key('The folder that it starts in.', parsedBy(text, parseContainerPath)),
			environment: key("Variables beside the container's own.", mapOrList),
		},
		{error: 'must be a map with `command`'},
	),
	({command, user, privileged, working_dir: workingDir, environment}): Parsed<Hook> => {
		const [program] = command ?? [];
		if (command === undefined || program === undefined || program === '')
			return bad('has no `command`', 'write `- command: [program, ...]`');
		if (command.some(word => word.includes('\0'))) return bad('has a NUL byte in its `command`');
		if (privileged === true)
			return bad('has `privileged: true`, and nothing gets more powers than its container', 'take it out');
		return good({command, environment: variables(environment), ...present({user, workingDir})});
	},
);

/** The schema of `post_start` and `pre_stop`. Source: Compose Specification, `post_start`. */
export const hooks = z.array(hook, {error: 'must be a list'});

/** Variables as `NAME=value`. A name without a value is empty, because a later restart may have a different caller. */
function variables(written: z.output<typeof mapOrList> | undefined): readonly string[] {
	if (written === undefined) return [];
	if (Array.isArray(written)) return written.map(entry => (entry.includes('=') ? entry : `${entry}=`));
	return Object.entries(written).map(([name, value]) => `${name}=${value ?? ''}`);
}
