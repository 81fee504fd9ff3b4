import {messageOf} from '../../errors/is-error.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {ProjectEvent} from '../state/event.ts';

/** The event for a container that did not start. */
export function failedEvent(at: number, service: string, failure: unknown): ProjectEvent {
	return {
		type: 'service.failed',
		at,
		service,
		message: messageOf(failure),
		...(isTsboxError(failure) && failure.output !== undefined ? {output: failure.output} : {}),
		...(isTsboxError(failure) && failure.hint !== undefined ? {hint: failure.hint} : {}),
	};
}
