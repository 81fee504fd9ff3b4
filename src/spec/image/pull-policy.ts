import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {PullPolicy} from '../model/project.ts';
import {parseDuration} from '../values/duration.ts';
import {durationWord} from '../values/shown-values.ts';

const dayMs = 86_400_000;
const words: Readonly<Record<string, PullPolicy>> = {
	always: 'always',
	missing: 'missing',
	if_not_present: 'missing',
	never: 'never',
	build: 'build',
	daily: {everyMs: dayMs},
	weekly: {everyMs: 7 * dayMs},
};

/** Parses `pull_policy`; `refresh` has its time in `pull_refresh_after`. Source: Compose Specification, `pull_policy`. */
export function parsePullPolicy(text: string): Parsed<PullPolicy | 'refresh'> {
	if (text === 'refresh') return good(text);
	const known = Object.hasOwn(words, text) ? words[text] : undefined;
	if (known !== undefined) return good(known);
	const every = /^every_(.+)$/.exec(text)?.[1];
	const [, weeks = '0', days = '0', rest = ''] = /^(?:(\d{1,6})w)?(?:(\d{1,6})d)?(.*)$/.exec(every ?? '') ?? [];
	const time = rest === '' ? good(0) : parseDuration(rest);
	const everyMs = (Number(weeks) * 7 + Number(days)) * dayMs + (time.ok ? time.value : 0);
	if (every !== undefined && time.ok && everyMs > 0) return good({everyMs});
	return bad(
		`must be \`always\`, \`missing\`, \`never\`, \`build\`, \`daily\`, \`weekly\` or \`every_12h\`, not ${quoted(text)}`,
		every === undefined ? undefined : 'write weeks, days, hours, minutes or seconds: `every_1w2d`, `every_12h30m`',
	);
}

/** Formats a pull policy: `missing`, `every_12h`. */
export function pullPolicyWord(policy: PullPolicy): string {
	if (typeof policy === 'string') return policy;
	const {everyMs} = policy;
	const named = Object.entries(words).find(([, each]) => typeof each !== 'string' && each.everyMs === everyMs)?.[0];
	return named ?? `every_${everyMs % dayMs === 0 ? `${everyMs / dayMs}d` : durationWord(everyMs)}`;
}
