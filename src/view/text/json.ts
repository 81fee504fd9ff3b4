import {escapeJson} from './escape.ts';

/** A value as JSON for people and programs: what could steer a terminal is written as `\uXXXX`, which means the same. */
export function jsonText(value: unknown, indent?: number): string {
	return `${escapeJson(JSON.stringify(value, undefined, indent))}\n`;
}
