import {messageOf} from './is-error.ts';
import {asForeseen} from './system-failure.ts';
import {isTsboxError} from './tsbox-error.ts';

/** The reason for a failure in words, from any thrown value. */
export function whyNot(thrown: unknown): string {
	const error = asForeseen(thrown);
	if (isTsboxError(error)) return error.why ?? error.message;
	return messageOf(error);
}
