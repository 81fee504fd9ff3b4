import {messageOf} from './is-error.ts';
import {asForeseen} from './system-failure.ts';
import {isTsboxError} from './tsbox-error.ts';

/** Why something can't be had, in words: what is behind whatever was thrown. */
export function whyNot(thrown: unknown): string {
	const error = asForeseen(thrown);
	if (isTsboxError(error)) return error.why ?? error.message;
	return messageOf(error);
}
