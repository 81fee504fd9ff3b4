import type {Machine} from '../container/machine/machine.ts';
import {parseName} from '../spec/values/container-name.ts';
import {type Kind, kindOf} from './check-options.ts';
import {type CommandInput, isInput, isUsedUp} from './command-input.ts';
import type {CommandOptions} from './options.ts';

/** A boolean. */
export const flag: Kind<boolean> = kindOf('true or false', value => typeof value === 'boolean');

/** Text that can be a path, a name, or a word of a command: not empty, no NUL byte. */
export const text: Kind<string> = {
	wrong: value =>
		typeof value === 'string'
			? value === ''
				? 'cannot be empty'
				: value.includes('\0')
					? 'cannot hold a NUL byte'
					: undefined
			: someText.wrong(value),
};

const someText: Kind<string> = kindOf('a string', value => typeof value === 'string');

/** An absolute path in a container. */
export const containerPath: Kind<string> = {
	wrong: value => text.wrong(value) ?? (String(value).startsWith('/') ? undefined : 'must begin with /'),
};

/** A valid container name. */
export const containerName: Kind<string> = {
	wrong: value => {
		const parsed = typeof value === 'string' ? parseName(value) : undefined;
		return parsed === undefined ? text.wrong(value) : parsed.ok ? undefined : parsed.problem;
	},
};

/** A list of strings, which may be empty. */
export const texts: Kind<readonly string[]> = kindOf(
	'an array of strings',
	value => Array.isArray(value) && value.every(each => typeof each === 'string'),
);

/** A program and its arguments. */
export const commandWords: Kind<readonly string[]> = {
	wrong: value => {
		if (!Array.isArray(value)) {
			const hint = typeof value === 'string' ? `: \`['sh', '-c', ${JSON.stringify(value)}]\` for a line of shell` : '';
			return `must be an array of words${hint}`;
		}
		if (value.length === 0 || value[0] === '') return 'names no program';
		const at = value.findIndex(word => typeof word !== 'string');
		if (at !== -1)
			return `must hold strings only: its word ${at} is ${value[at] === null ? 'null' : `a ${typeof value[at]}`}`;
		return value.some((word: string) => word.includes('\0')) ? 'cannot hold a NUL byte' : undefined;
	},
};

/** Environment variables of a command. Messages never show a value, since it may be a secret. */
export const variables: Kind<NonNullable<CommandOptions['env']>> = {wrong: value => wrongVariable(value, false)};

/** Variables for a spec. One that is `undefined` counts as unset. */
export const environment: Kind<Readonly<Record<string, string | undefined>>> = {
	wrong: value => wrongVariable(value, true),
};

function wrongVariable(value: unknown, mayBeUnset: boolean): string | undefined {
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		return "must be an object, such as `{NAME: 'value'}`";
	for (const [name, each] of Object.entries(value)) {
		if (name === '' || name.includes('=')) return 'has a name that is empty or holds `=`';
		if (each === undefined && mayBeUnset) continue;
		if (typeof each !== 'string')
			return `must hold strings only: \`${name}\` is ${each === null || each === undefined ? String(each) : `a ${typeof each}`}`;
		if (`${name}${each}`.includes('\0')) return 'cannot hold a NUL byte';
	}
	return undefined;
}

/** A duration in milliseconds; Infinity for no limit. */
export const milliseconds: Kind<number> = kindOf(
	'a number of milliseconds (0 or more, or Infinity for no limit)',
	value => typeof value === 'number' && value >= 0,
);

/** A number of bytes; Infinity for no limit. */
export const bytes: Kind<number> = kindOf(
	'a number of bytes (0 or more, or Infinity for no limit)',
	value => typeof value === 'number' && value >= 0,
);

/** A number of containers or commands, at least one. */
export const count: Kind<number> = kindOf(
	'a whole number (1 or more)',
	value => Number.isSafeInteger(value) && (value as number) >= 1,
);

/** An AbortSignal, from any realm. */
export const abortSignal: Kind<AbortSignal> = kindOf(
	'an AbortSignal',
	value => typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value,
);

/** A machine from `openMachine`. */
export const openedMachine: Kind<Machine> = kindOf(
	'the awaited result of `openMachine`',
	value => typeof value === 'object' && value !== null && 'host' in value && 'dirs' in value && 'facts' in value,
);

/** An input of a command that has not been read yet. */
export const commandInput: Kind<CommandInput> = {
	wrong: value =>
		isInput(value) ? (isUsedUp(value) ? 'has been read or destroyed already' : undefined) : anyInput.wrong(value),
};

const anyInput = kindOf('text, bytes, a stream, a Blob or an iterable of text or bytes', isInput);
