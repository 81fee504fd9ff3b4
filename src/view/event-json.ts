import type {RunEvent} from '../run/event.ts';

/** An event as one line of JSON, line break included; the type comes first. */
export function eventJson(event: RunEvent): string {
	return `${JSON.stringify(event)}\n`;
}
