import {errnoOf} from '../errno.ts';
import type {FileFacts, Host} from '../host.ts';

/*
 * What a result depends on, as lines of ASCII text: a question to the machine, a space, and its answer. `-` means that there is no such thing,
 * `!EACCES` an error, and `=` comes before any other answer. In paths and answers, bytes other than printable ASCII, the space, and `%` are written
 * as `%20`.
 *
 *     text PATH =CONTENT              a file's content
 *     view PATH =CONTENT              the same of a kernel file, without what changes all the time: see `views`
 *     trusted PATH =CONTENT           a file that only root and the user can have written, as Host.trustedText
 *     bytes PATH OFFSET LENGTH =CONTENT
 *     stat PATH FIELD,... =VALUE,...  facts of a file; `lstat` does not follow a symlink. The field `.` only asks whether it exists.
 *     real PATH =PATH                 the path without symlinks
 *     link PATH =TARGET
 *     list PATH =NAME/NAME/...        the names in a folder, sorted
 *     env NAME =VALUE
 */

/** The caller's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A fact that a line can hold: the names of {@link FileFacts}, and `.`, which asks whether the file exists. */
export type Field = keyof FileFacts | '.';

/** Writes text as one word of ASCII: bytes that are not printable, the space and the percent sign become `%20`. */
export function escapeWord(text: string): string {
	return isAscii(text) ? escapeBytes(text) : bytesWord(Buffer.from(text));
}

/** The same for bytes. */
export function bytesWord(bytes: Buffer): string {
	return escapeBytes(bytes.toString('latin1'));
}

function escapeBytes(latin1: string): string {
	return latin1.replaceAll(/[^!-$&-~]/g, byte => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** The text of a word from {@link escapeWord}. */
export function unescapeWord(word: string): string {
	if (!word.includes('%')) return word;
	const bytes = word.replaceAll(/%([0-9A-F]{2})/g, (_, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 16)),
	);
	return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString();
}

function isAscii(text: string): boolean {
	// oxlint-disable-next-line no-control-regex
	return /^[\x00-\x7f]*$/.test(text);
}

/** The lines of a kernel file that begin with one of these names and a colon. */
function linesNamed(...names: readonly string[]): (text: string) => string {
	return text =>
		text
			.split('\n')
			.filter(line => names.includes(line.slice(0, line.indexOf(':'))))
			.join('\n');
}

/** Kernel files of which only a part is asked for, because the rest is another one each time. */
export const views: Readonly<Record<string, (text: string) => string>> = {
	'/proc/self/status': linesNamed('Uid', 'Gid', 'Groups', 'CapEff'),
	'/proc/meminfo': linesNamed('MemTotal'),
	// Node raises its soft limit of open files, so only hard limits count.
	'/proc/self/limits': text => text.replaceAll(/^(Max .*?\S {2,})\S+ +(\S+)/gm, '$1$2 $2'),
};

/** Whether a fact says when a file was changed, in the resolution of some clock. */
export function isTime(field: Field): field is 'mtimeMs' | 'ctimeMs' {
	return field === 'mtimeMs' || field === 'ctimeMs';
}

/** A fact of a file as a word. Times are in microseconds: a number holds no more, and is up to one less or more than the kernel's. */
export function fieldWord(facts: FileFacts, field: Field): string {
	if (field === '.') return '';
	if (isTime(field)) return String(Math.floor(facts[field] * 1000));
	if (field !== 'device') return String(facts[field]);
	const {device} = facts;
	return device === undefined ? '-' : `${device.type}:${device.major}:${device.minor}`;
}

/** The answer to a question about something that may not exist, or not be accessible. */
export function answerOf<T>(ask: () => T | undefined, word: (value: T) => string): string {
	try {
		const value = ask();
		return value === undefined ? '-' : `=${word(value)}`;
	} catch (error) {
		return errorAnswer(error);
	}
}

/** The answer that is an error of the system, or of tsbox. Throws any other error. */
export function errorAnswer(error: unknown): string {
	const code = errnoOf(error);
	if (code === undefined) throw error;
	return `!${code}`;
}

/**
 * Whether a machine still gives the same answers.
 *
 * @param lines - as they are written above
 */
export function sameInputs(lines: readonly string[], host: Host, env: Environment): boolean {
	return lines.every(line => {
		const words = line.split(' ');
		const answer = words.pop();
		return answerNow(words, host, env) === answer;
	});
}

function answerNow(
	[question = '', name = '', ...rest]: readonly string[],
	host: Host,
	env: Environment,
): string | undefined {
	const path = unescapeWord(name);
	switch (question) {
		case 'text':
			return answerOf(() => host.readText(path), escapeWord);
		case 'view':
			return answerOf(
				() => host.readText(path),
				text => escapeWord(views[path]?.(text) ?? text),
			);
		case 'trusted':
			return answerOf(() => host.trustedText(path), escapeWord);
		case 'bytes':
			return answerOf(() => host.readBytes(path, Number(rest[0]), Number(rest[1])), bytesWord);
		case 'stat':
		case 'lstat':
			return answerOf(
				() => host[question](path),
				facts =>
					(rest[0] ?? '')
						.split(',')
						.map(field => fieldWord(facts, field as Field))
						.join(','),
			);
		case 'real':
			return answerOf(() => host.realpath(path), escapeWord);
		case 'link':
			return answerOf(() => host.readlink(path), escapeWord);
		case 'list':
			return answerOf(() => host.list(path), namesWord);
		case 'env':
			return answerOf(() => env[path], escapeWord);
		default:
			return undefined;
	}
}

/** The names in a folder as a word. */
export function namesWord(names: readonly string[]): string {
	return names.map(escapeWord).join('/');
}
