import {didYouMean} from '../../errors/did-you-mean.ts';
import {keyValues} from '../syntax/key-values.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Problem} from '../syntax/problem.ts';
import type {NamedVolume} from '../model/project.ts';
import type {Places} from '../syntax/tree.ts';
import type {DriverOptions} from './driver-options.ts';

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
			readonly external?: boolean | {readonly name?: string | undefined} | undefined;
			readonly labels?: Parameters<typeof keyValues>[0];
			readonly driver_opts?: DriverOptions | undefined;
		} | null
	>
> | null;

/** Reads the volumes that a file declares. `places` belong to the whole file. */
export function readDeclared(
	input: DeclaredVolumes | undefined,
	project: string,
	places: Places,
): {readonly volumes: readonly DeclaredVolume[]; readonly problems: readonly Problem[]} {
	const problems: Problem[] = [];
	const volumes = Object.entries(input ?? {}).map(([name, declared]): DeclaredVolume => {
		const checked = parseVolumeName(name);
		if (!checked.ok)
			problems.push({
				code: 'E_SPEC_INVALID',
				place: places.key(['volumes', name]),
				message: `the name of a volume ${checked.problem}`,
			});
		const {external = false, labels, name: own, driver_opts: options} = declared ?? {};
		const inner = typeof external === 'object' ? external.name : undefined;
		const given = own ?? inner;
		if (own !== undefined && inner !== undefined && own !== inner)
			problems.push({
				code: 'E_SPEC_INVALID',
				place: places.value(['volumes', name, 'external', 'name']),
				message: '`external.name` differs from `name`',
				hint: 'keep one of them',
			});
		const isExternal = external !== false;
		if (isExternal && options !== undefined)
			problems.push({
				code: 'E_SPEC_INVALID',
				place: places.value(['volumes', name, 'driver_opts']),
				message: 'an external volume is as it was made',
				hint: 'take `driver_opts` out',
			});
		if (isExternal && labels !== undefined)
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
			name: given ?? (isExternal ? name : `${project}_${name}`),
			project: isExternal ? null : project,
			labels: Object.fromEntries(entries.map(entry => [entry.name, entry.value ?? ''])),
			...(options?.kind === 'filesystem' ? {filesystem: options.filesystem} : {}),
			...(options?.kind === 'bind' ? {folder: options} : {}),
		};
	});
	return {volumes, problems};
}

/** A volume as a file declares it; with `folder` it is a folder of the host. */
export type DeclaredVolume = NamedVolume & {readonly folder?: Extract<DriverOptions, {readonly kind: 'bind'}>};

/** Finds the declaration of a volume that a service names. `declared` is undefined for a file that cannot declare volumes. */
export function declaredVolume(name: string, declared: readonly DeclaredVolume[] | undefined): Parsed<DeclaredVolume> {
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
