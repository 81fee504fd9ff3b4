import {escapeJson} from './escape.ts';

/** A value as JSON with a line break. Characters that a terminal obeys are written as `\uXXXX`, which JSON readers undo. */
export function jsonText(value: unknown, indent?: number): string {
	return `${escapeJson(JSON.stringify(value, undefined, indent))}\n`;
}
