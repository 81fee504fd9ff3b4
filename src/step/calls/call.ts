import {tabRow} from '../../host/programs/tab-row.ts';
import {constants, type Flag} from './constants.ts';

/** An argument of a call: a text, a number, NULL, or flags by their names in the kernel's headers. */
export type Argument = string | number | null | readonly Flag[];

/**
 * One call that the executor of calls makes: the name of a system call and its arguments, as the page in section 2 of the manual
 * has them. A few names stand for several calls that depend on what is found (`make_point`, `lookup_user`): each is a function of
 * the same name in executor.ts.
 */
export type Call = readonly [name: string, ...args: readonly Argument[]];

function isFlags(argument: Argument): argument is readonly Flag[] {
	return typeof argument === 'object' && argument !== null;
}

function argumentText(argument: Argument): string {
	if (argument === null) return 'NULL';
	if (isFlags(argument)) return argument.length === 0 ? '0' : argument.join(' | ');
	return typeof argument === 'number' ? String(argument) : JSON.stringify(argument);
}

/** A call as a line of C, for people: `mount("/dev", "/new/dev", NULL, MS_BIND, NULL)`. */
export function callText([name, ...args]: Call): string {
	return `${name}(${args.map(argumentText).join(', ')})`;
}

function field(argument: Argument): string {
	if (argument === null) return '';
	if (isFlags(argument)) return String(argument.reduce((sum, flag) => sum | constants[flag], 0) >>> 0);
	return String(argument);
}

/** A call as a row of the file that the executor reads. NULL is an empty field. */
export function callRow([name, ...args]: Call): string {
	return tabRow([name, ...args.map(field)]);
}
