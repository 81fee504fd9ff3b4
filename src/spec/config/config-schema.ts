import * as z from 'zod/mini';
import {dashSchema} from './dash-config.ts';
import {dashThemes} from './dash-words.ts';
import {executors} from './executors.ts';
import {parseContainerPath} from '../values/container-path.ts';
import {parseDetachKeys} from '../values/detach-keys.ts';
import {bad, type Parsed} from '../model/parsed.ts';
import {numberIn, parseBoolean} from '../syntax/scalar.ts';
import {key, parsedBy, text, textOrBoolean, textOrNumber} from '../values/schema-parts.ts';
import {networksSchema} from './network-pools.ts';
import {policySchema} from './policy.ts';
import {serviceSchema} from '../keys/service-schema.ts';
import {splitShellWords} from '../syntax/shell-words.ts';
import {parsePositiveSize} from '../values/size.ts';
import {sizeText} from '../values/spelled-values.ts';

// Host folders obey the same rules as container paths: absolute, without `..`.
const folder = parsedBy(text, parseContainerPath);

function parseAlias(line: string): Parsed<readonly string[]> {
	const words = splitShellWords(line);
	return words.ok && words.value.length === 0
		? bad('is empty', 'write the words, such as `run -it shell.yaml`')
		: words;
}

/** The schema of tsbox's own configuration. */
export const configSchema = z.strictObject(
	{
		store: key('The folder of unpacked root filesystems; absolute.', folder),
		state: key('The folder of what runs: records, journals, locks; absolute.', folder),
		limits: key(
			'What an archive may unpack to.',
			z.strictObject({
				image_bytes: key('The most bytes, such as `10g`.', parsedBy(sizeText, parsePositiveSize)),
				image_entries: key(
					'The most files and folders.',
					parsedBy(textOrNumber, numberIn({min: 1, max: Number.MAX_SAFE_INTEGER})),
				),
			}),
		),
		networks: key('Where the subnets of networks come from.', networksSchema),
		best_effort: key(
			'Warn where the host lacks what a spec asks for, in place of an error.',
			parsedBy(textOrBoolean, parseBoolean),
		),
		executor: key(
			'Who makes containers: stock tools one by one (`commands`), or one process that makes the system calls of these tools (`calls`).',
			z.enum(executors, {error: `must be one of ${executors.join(', ')}`}),
		),
		defaults: key('Keys of a container, for each that says nothing of them.', z.partial(serviceSchema)),
		policy: key('What no container may have or exceed.', policySchema),
		aliases: key(
			'Verbs of your own, by name: the words that stand for them.',
			z.record(
				z.string().check(z.regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, {error: 'must be a word of letters and digits'})),
				parsedBy(text, parseAlias),
				{error: 'must be a map'},
			),
		),
		theme: key(
			'The colours of what is printed: for a dark terminal, a light one, or none.',
			z.enum(dashThemes, {error: `must be one of ${dashThemes.join(', ')}`}),
		),
		dash: key('The dashboard, `tsbox dash`.', dashSchema),
		detach_keys: key('The keys that leave `attach`, such as `ctrl-p,ctrl-q`.', parsedBy(text, parseDetachKeys)),
	},
	{error: 'must be a map'},
);
