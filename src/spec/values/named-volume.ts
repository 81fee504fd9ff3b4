import * as z from 'zod/mini';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {keyValues} from '../syntax/key-values.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Problem} from '../syntax/problem.ts';
import type {NamedVolume} from '../model/project.ts';
import {parseBoolean} from '../syntax/scalar.ts';
import {key, mapOrList, parsedBy, text, textOrBoolean} from './schema-parts.ts';
import type {Places} from '../syntax/tree.ts';

/** Docker's volume names, with a maximum length because the name becomes a folder's name (NAME_MAX of limits.h). */
const legal = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,200}$/;

/** Whether a word can be a volume's name. A path in the short form cannot, because it begins with `/`, `.`, or `~`. */
export function isVolumeName(word: string): boolean {
	return legal.test(word);
}

/** Checks the name or the key of a volume. */
export function parseVolumeName(name: string): Parsed<string> {
	if (isVolumeName(name)) return good(name);
	return bad(`must begin with a letter or digit and hold only \`a-z A-Z 0-9 _ . -\`, not ${quoted(name)}`);
}

const volumeSchema = z.strictObject(
	{
		name: key('What it is called in the store; `PROJECT_KEY` by default.', parsedBy(text, parseVolumeName)),
		external: key('It is made and removed by others, and must be there.', parsedBy(textOrBoolean, parseBoolean)),
		labels: key('Metadata for people and tools.', mapOrList),
		driver: key('`local`: tsbox has no other.', parsedBy(text, parseDriver)),
		driver_opts: key('Must be empty: tsbox mounts no filesystems for volumes.', parsedBy(mapOrList, noDriverOptions)),
	},
	{error: 'must be a map, or nothing'},
);

/** The schema of `volumes` at the top of a file with services. */
export const volumesSchema = z.nullable(
	z.record(z.string(), z.nullable(volumeSchema), {error: 'must be a map of volumes'}),
);

function parseDriver(driver: string): Parsed<string> {
	if (driver === 'local') return good(driver);
	return bad(`must be \`local\`, not ${quoted(driver)}`, 'mount it on the host, and bind its folder in the service');
}

function noDriverOptions(options: z.output<typeof mapOrList>): Parsed<undefined> {
	if (Object.keys(options).length === 0) return good(undefined);
	return bad('must be empty', 'mount it on the host, and bind its folder in the service: `volumes: [./folder:/data]`');
}

/** Reads the volumes that a file declares. `places` belong to the whole file. */
export function readDeclared(
	input: z.output<typeof volumesSchema> | undefined,
	project: string,
	places: Places,
): {readonly volumes: readonly NamedVolume[]; readonly problems: readonly Problem[]} {
	const problems: Problem[] = [];
	const volumes = Object.entries(input ?? {}).map(([name, declared]): NamedVolume => {
		const checked = parseVolumeName(name);
		if (!checked.ok)
			problems.push({
				code: 'E_SPEC_INVALID',
				place: places.key(['volumes', name]),
				message: `the name of a volume ${checked.problem}`,
			});
		const {external = false, labels, name: given} = declared ?? {};
		if (external && labels !== undefined)
			problems.push({
				code: 'E_SPEC_INVALID',
				place: places.value(['volumes', name, 'labels']),
				message: 'an external volume has the labels that it was made with',
				hint: 'take `labels` out',
			});
		const entries = keyValues(labels, ['volumes', name, 'labels'], places);
		return {
			key: name,
			// Others make an external volume, so its name has no project prefix.
			name: given ?? (external ? name : `${project}_${name}`),
			project: external ? null : project,
			labels: Object.fromEntries(entries.map(entry => [entry.name, entry.value ?? ''])),
		};
	});
	return {volumes, problems};
}

/** Finds the declaration of a volume that a service names. `declared` is undefined for a file that cannot declare volumes. */
export function declaredVolume(name: string, declared: readonly NamedVolume[] | undefined): Parsed<NamedVolume> {
	const found = declared?.find(each => each.key === name);
	if (found !== undefined) return good(found);
	const folder = `or write \`./${name}\` for a folder beside the spec`;
	const keys = (declared ?? []).map(each => each.key);
	const near = didYouMean(name, keys);
	if (declared === undefined)
		return bad(
			`is ${quoted(name)}, a named volume, which a file with one container has no place to declare`,
			`put the container under \`services:\` and the volume under \`volumes:\`, ${folder}`,
		);
	return bad(
		`is ${quoted(name)}, a named volume that is not declared`,
		near === undefined
			? `add \`${name}:\` under \`volumes:\` beside \`services:\`, ${folder}`
			: `did you mean \`${near}\`?`,
	);
}
