import * as z from 'zod/mini';
import {parseContainerPath} from './container-path.ts';
import {bad, good, type Parsed} from '../model/parsed.ts';
import {present} from '../syntax/pick.ts';
import type {Hook} from '../model/project.ts';
import {parseBoolean} from '../syntax/scalar.ts';
import {key, mapOrList, parsedBy, text, textOrBoolean, textOrNumber, texts} from './schema-parts.ts';
import {splitShellWords} from '../syntax/shell-words.ts';
import {parseUser} from './user.ts';

const shape = {
	command: key(
		'The program and its arguments; a string is split as a shell does.',
		z.union([parsedBy(text, splitShellWords), texts], {error: 'must be text or a list of text'}),
	),
	user: key("Who it runs as; the container's user by default.", parsedBy(textOrNumber, parseUser)),
	working_dir: key('The folder that it starts in.', parsedBy(text, parseContainerPath)),
	environment: key("Variables beside the container's own.", mapOrList),
};
const privileged = parsedBy(textOrBoolean, parseBoolean);

/** The schema of a command that runs in a container beside its own. */
export const hook = parsedBy(
	z.strictObject(
		{...shape, privileged: key('Only `false`: nothing gets more powers than its container.', privileged)},
		{error: 'must be a map with `command`'},
	),
	({privileged: isPrivileged, ...written}): Parsed<Hook> =>
		isPrivileged === true
			? bad('has `privileged: true`, and nothing gets more powers than its container', 'take it out')
			: hookOf(written),
);

/** The schema of `post_start` and `pre_stop`. Source: Compose Specification, `post_start`. */
export const hooks = z.array(hook, {error: 'must be a list'});

/** A command that runs in a container of its own before those of the service. */
export interface PreStartHook extends Hook {
	/** As written; the image of the service by default. */
	readonly image?: string;
	readonly privileged: boolean;
}

/** The schema of `pre_start`. Source: Compose Specification, `pre_start`. */
export const preStart = z.array(
	parsedBy(
		z.strictObject(
			{
				...shape,
				image: key('The image of its container; that of the service by default.', text),
				privileged: key('As `privileged` of a service.', privileged),
			},
			{error: 'must be a map with `command`'},
		),
		({image, privileged: isPrivileged = false, ...written}): Parsed<PreStartHook> => {
			const read = hookOf(written);
			return read.ok ? good({...read.value, privileged: isPrivileged, ...present({image})}) : read;
		},
	),
	{error: 'must be a list'},
);

interface WrittenHook {
	readonly command?: readonly string[] | undefined;
	readonly user?: string | undefined;
	readonly working_dir?: string | undefined;
	readonly environment?: z.output<typeof mapOrList> | undefined;
}

function hookOf({command, user, working_dir: workingDir, environment}: WrittenHook): Parsed<Hook> {
	const [program] = command ?? [];
	if (command === undefined || program === undefined || program === '')
		return bad('has no `command`', 'write `- command: [program, ...]`');
	if (command.some(word => word.includes('\0'))) return bad('has a NUL byte in its `command`');
	return good({command, environment: variables(environment), ...present({user, workingDir})});
}

/** Variables as `NAME=value`. A name without a value is empty, because a later restart may have a different caller. */
function variables(written: z.output<typeof mapOrList> | undefined): readonly string[] {
	if (written === undefined) return [];
	if (Array.isArray(written)) return written.map(entry => (entry.includes('=') ? entry : `${entry}=`));
	return Object.entries(written).map(([name, value]) => `${name}=${value ?? ''}`);
}
