import * as z from 'zod/mini';
import {key} from '../values/schema-parts.ts';
import {ignoredBelow, keyOf} from './find-rows.ts';
import type {ComposeRow} from './row.ts';

/**
 * The keys below a path that are accepted without effect, for a schema. Their values are not looked at, so the type has none of them.
 *
 * @param path - as the table has it: `services.*.deploy`
 */
export function ignoredKeys(path: string): Readonly<Record<never, z.ZodMiniType>> {
	return Object.fromEntries(ignoredBelow(path).map(row => [keyOf(row), key(aboutIgnored(row), z.unknown())]));
}

function aboutIgnored({why, instead}: ComposeRow): string {
	return `Accepted without effect: ${why}${instead === undefined ? '' : `; ${instead}`}.`;
}
