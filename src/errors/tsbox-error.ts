import {constants} from 'node:os';
import {isError} from './is-error.ts';
import {inCallersWords} from './callers-words.ts';
import {type ErrorCode, errorCodes} from './codes.ts';

/** The details of a {@link TsboxError} besides its message. Each is shown once, in this order. */
export interface ErrorFacts {
	/** The title of the failed plan step. */
	readonly step?: string;
	/** The failed command, quoted for a shell. */
	readonly command?: string;
	/** What the tool printed, trimmed. */
	readonly output?: string;
	/** The likely cause, one sentence. */
	readonly why?: string;
	/** The fix: one imperative sentence. Like `why`, it is written for the command line; see {@link inCallersWords}. */
	readonly hint?: string;
	readonly cause?: unknown;
}

/** An expected failure with a code, a cause, and a hint. It is shown without a stack. */
export class TsboxError extends Error {
	readonly code: ErrorCode;
	readonly step: string | undefined;
	readonly command: string | undefined;
	readonly output: string | undefined;
	readonly why: string | undefined;
	readonly hint: string | undefined;

	constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
		super(message, facts.cause === undefined ? {} : {cause: facts.cause});
		this.name = 'TsboxError';
		this.code = code;
		this.step = facts.step;
		this.command = facts.command;
		this.output = facts.output;
		this.why = facts.why === undefined ? undefined : inCallersWords(facts.why);
		this.hint = facts.hint === undefined ? undefined : inCallersWords(facts.hint);
	}

	/** The program's exit status; the table is in codes.ts. */
	get exitStatus(): number {
		return exitStatusOf(this);
	}
}

function exitStatusOf({code, cause}: TsboxError): number {
	// An interrupted operation exits like a command that the signal killed: 128 + the signal's number.
	for (let each = cause; code === 'E_INTERRUPTED' && each !== undefined; ) {
		if (typeof each === 'string' && each in constants.signals)
			return 128 + constants.signals[each as keyof typeof constants.signals];
		each = isError(each) ? each.cause : undefined;
	}
	return errorCodes[code].exitStatus;
}

/** Whether an error is expected and not a bug. Unlike instanceof it works across copies of this module. */
export function isTsboxError(error: unknown): error is TsboxError {
	return isError(error) && error.name === 'TsboxError' && 'code' in error;
}
