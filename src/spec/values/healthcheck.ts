import * as z from 'zod/mini';
import {parseDuration} from './duration.ts';
import {bad, good, type Parsed} from '../model/parsed.ts';
import {healthcheckDefaults as defaults, usualShell} from '../model/healthcheck.ts';
import type {Healthcheck} from '../model/project.ts';
import {numberIn, parseBoolean} from '../syntax/scalar.ts';
import {key, parsedBy, text, textOrBoolean, textOrNumber, texts} from './schema-parts.ts';
import {durationText} from './spelled-values.ts';

const duration = parsedBy(durationText, parseDuration);

/**
 * The schema of `healthcheck`; null for a disabled check. Without `test` its list is empty: the image's is meant.
 * Source: Compose Specification, `healthcheck`.
 */
export const healthcheck = parsedBy(
	z.strictObject(
		{
			test: key(
				'The command: a string for the shell of the container, `[CMD, word...]`, `[CMD-SHELL, text]`, or `[NONE]`.',
				z.union([text, texts], {error: 'must be text or a list of text'}),
			),
			interval: key('How often it is asked; 30s by default.', duration),
			timeout: key('How long an answer may take; 30s by default.', duration),
			retries: key(
				'How many failures in a row make it unhealthy; 3 by default.',
				parsedBy(textOrNumber, numberIn({min: 1, max: 1_000_000})),
			),
			start_period: key('How long failures do not count after a start.', duration),
			start_interval: key('How often it is asked in that time; 5s by default.', duration),
			disable: key('No check.', parsedBy(textOrBoolean, parseBoolean)),
		},
		{error: 'must be a map'},
	),
	(input): Parsed<Healthcheck | null> => {
		if (input.disable === true) return good(null);
		const test = commandOf(input.test);
		if (!test.ok) return test;
		if (test.value === null) return good(null);
		return good({
			...test.value,
			intervalMs: input.interval ?? defaults.intervalMs,
			timeoutMs: input.timeout ?? defaults.timeoutMs,
			startPeriodMs: input.start_period ?? defaults.startPeriodMs,
			startIntervalMs: input.start_interval ?? defaults.startIntervalMs,
			retries: input.retries ?? defaults.retries,
		});
	},
);

/** The command as words, and as the text that it was; null for `NONE`. */
function commandOf(
	test: string | readonly string[] | undefined,
): Parsed<Pick<Healthcheck, 'test' | 'shellText'> | null> {
	const inShell = (shellText: string) => good({test: [...usualShell, shellText], shellText});
	if (test === undefined) return good({test: []});
	if (typeof test === 'string') return inShell(test);
	const [kind, ...words] = test;
	if (kind === 'NONE') return good(null);
	if (kind === 'CMD' && words.length > 0) return good({test: words});
	if (kind === 'CMD-SHELL' && words.length === 1) return inShell(words[0] ?? '');
	return bad('has a `test` that begins with none of CMD, CMD-SHELL and NONE', 'write `test: [CMD, program, ...]`');
}
