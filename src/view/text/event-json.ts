import type {RunEvent} from '../../execute/event.ts';
import {jsonText} from './json.ts';

/** An event as one line of JSON, with its line break. */
export function eventJson(event: RunEvent): string {
	return jsonText(event);
}
