import * as z from 'zod/mini';
import {dashSchema} from './dash-config.ts';
import {parseContainerPath} from './container-path.ts';
import {parseDetachKeys} from './detach-keys.ts';
import {numberIn, parseBoolean} from './scalar.ts';
import {key, parsedBy, text, textOrBoolean, textOrNumber} from './schema-parts.ts';
import {parsePositiveSize} from './size.ts';

// A folder of the host obeys the same rules as one of a container: absolute, without `..`.
const folder = parsedBy(text, parseContainerPath);

/** The configuration of tsbox itself. */
export const configSchema = z.strictObject(
	{
		store: key('The folder of unpacked root filesystems; absolute.', folder),
		state: key('The folder of what runs: records, journals, locks; absolute.', folder),
		limits: key(
			'What an archive may unpack to.',
			z.strictObject({
				image_bytes: key('The most bytes, such as `10g`.', parsedBy(textOrNumber, parsePositiveSize)),
				image_entries: key(
					'The most files and folders.',
					parsedBy(textOrNumber, numberIn({min: 1, max: Number.MAX_SAFE_INTEGER})),
				),
			}),
		),
		best_effort: key(
			'Warn where the host lacks what a spec asks for, in place of an error.',
			parsedBy(textOrBoolean, parseBoolean),
		),
		dash: key('The dashboard, `tsbox dash`.', dashSchema),
		detach_keys: key('The keys that leave `attach`, such as `ctrl-p,ctrl-q`.', parsedBy(text, parseDetachKeys)),
	},
	{error: 'must be a map'},
);
