import {quoted} from '../model/parsed.ts';
import type {Service} from '../model/project.ts';

/** Warns about variables that are not set and have no default, so that they are empty: Compose Specification, "Interpolation". */
export function blankWarnings({origins}: Pick<Service, 'origins'>): readonly string[] {
	const keys = new Map<string, string[]>();
	for (const [key, origin] of Object.entries(origins))
		for (const {name, from} of origin.kind === 'file' ? (origin.variables ?? []) : [])
			if (from === 'blank') keys.set(name, [...(keys.get(name) ?? []), key]);
	return [...keys].map(
		([name, used]) =>
			`${quoted(name)} is not set, and so empty in ${quoted(used[0] ?? '')}${used.length === 1 ? '' : ` and ${used.length - 1} more`}; set it in the environment or in .env, or write \`\${${name}:-}\``,
	);
}
