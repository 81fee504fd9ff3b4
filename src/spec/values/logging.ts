import * as z from 'zod/mini';
import {good, type Parsed} from '../model/parsed.ts';
import {numberIn} from '../syntax/scalar.ts';
import type {Logging} from '../model/project.ts';
import {key, parsedBy, text, textOrNumber} from './schema-parts.ts';
import {parsePositiveSize} from './size.ts';
import {sizeText} from './spelled-values.ts';

/**
 * The schema of `logging`, with Docker's options: `{max-size: 10m, max-file: 3}`. All drivers but `none` do the same, and options of
 * others have no effect, which a warning says.
 */
export const logging = parsedBy(
	z.strictObject(
		{
			driver: key(
				'`json-file` or `local`: files of tsbox either way; `none`: nothing is kept. Others are accepted without effect.',
				text,
			),
			options: key(
				'How much is kept.',
				z.looseObject({
					'max-size': key('Bytes of one piece, such as `10m`; 20m by default.', parsedBy(sizeText, parsePositiveSize)),
					'max-file': key('How many pieces; 5 by default.', parsedBy(textOrNumber, numberIn({min: 1, max: 10_000}))),
				}),
			),
		},
		{error: 'must be a map'},
	),
	({driver, options = {}}): Parsed<Logging> =>
		good({
			maxSize: options['max-size'] ?? 20 * 1024 * 1024,
			maxFile: options['max-file'] ?? 5,
			...(driver === 'none' ? {driver} : {}),
		}),
);
