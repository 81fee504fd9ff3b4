import {didYouMean} from '../../errors/did-you-mean.ts';
import {keyValues} from '../syntax/key-values.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Problem} from '../syntax/problem.ts';
import type {NamedVolume} from '../model/project.ts';
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

/** The volumes of a file as its schema gives them. */
export type DeclaredVolumes = Readonly<
	Record<
		string,
		{
			readonly name?: string | undefined;
			readonly external?: boolean | undefined;
			readonly labels?: Parameters<typeof keyValues>[0];
		} | null
	>
> | null;

/** Reads the volumes that a file declares. `places` belong to the whole file. */
export function readDeclared(
	input: DeclaredVolumes | undefined,
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
