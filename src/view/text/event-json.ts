import type {RunEvent} from '../../execute/event.ts';
import {jsonText} from './json.ts';

/** An event as one line of JSON, line break included; the type comes first. */
export function eventJson(event: RunEvent): string {
	return jsonText(event);
}
