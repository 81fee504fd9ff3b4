import * as z from 'zod/mini';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {numberIn} from '../syntax/scalar.ts';
import {parsedBy, textOrNumber} from '../values/schema-parts.ts';
import {ulimitNames} from './ulimit.ts';

const limit = parsedBy(textOrNumber, numberIn({min: 0, max: Number.MAX_SAFE_INTEGER, also: -1}));

const entry = parsedBy(
	z.union([limit, z.strictObject({soft: limit, hard: limit})], {error: 'must be a number, or `soft` and `hard`'}),
	(value): Parsed<{soft: number; hard: number}> => {
		const {soft, hard} = typeof value === 'number' ? {soft: value, hard: value} : value;
		const reach = (n: number) => (n === -1 ? Number.POSITIVE_INFINITY : n);
		if (reach(soft) <= reach(hard)) return good({soft, hard});
		return bad(`has the soft limit ${quoted(soft)} above the hard limit ${quoted(hard)}`);
	},
);

/** `ulimits`: limits of setrlimit(2) by their names. */
export const ulimits = z.partialRecord(z.enum(ulimitNames), entry);
