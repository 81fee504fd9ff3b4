import type {IdMapRow, UserMap} from '../../host/id-map.ts';
import type {OciMount} from '../../oci/config.ts';
import {type PlanInput, stage} from '../input/input.ts';

/** A bind source on the stage. A folder is bound with the first table; a file is bound later, on an empty file made for it. */
export interface StagedSource {
	readonly real: string;
	readonly kind: 'file' | 'folder';
	/** Its name on the stage: `d0`, `f1`. */
	readonly name: string;
	readonly recursive: boolean;
	/** The ids of the source and those that they become, if others see it with other ids: {@link idmapOf}. */
	readonly idmap?: string;
}

/** The option of a row that makes an id-mapped mount: `X-mount.idmap` of mount(8), or of the executor of calls for all mounts below. */
export function idmapOption(idmap: string | undefined): readonly string[] {
	return idmap === undefined ? [] : [idmap];
}

/**
 * The option of an id-mapped mount of a bundle; undefined for any other. `ridmap` is for all mounts below, too, and without a map of its own it is
 * that of the user namespace: config.md of the runtime-spec, "POSIX-platform Mounts".
 */
function idmapOf({map}: PlanInput, {options, uidMappings, gidMappings}: OciMount): string | undefined {
	const isAsked = uidMappings !== undefined || options.some(option => option === 'idmap' || option === 'ridmap');
	if (!isAsked) return undefined;
	const own = (rows: OciMount['uidMappings'], all: UserMap['uids'] | undefined): readonly IdMapRow[] =>
		rows?.map(({containerID, hostID, size}) => ({inside: containerID, outside: hostID, count: size})) ?? all ?? [];
	const words = (kind: 'u' | 'g', rows: readonly IdMapRow[]): readonly string[] =>
		rows.map(({inside, outside, count}) => `${kind}:${inside}:${outside}:${count}`);
	const all = [...words('u', own(uidMappings, map?.uids)), ...words('g', own(gidMappings, map?.gids))];
	return `${options.includes('ridmap') ? 'x-tsbox.ridmap' : 'X-mount.idmap'}=${all.join(' ')}`;
}

/** The sources of all bind mounts, and of /dev/init if there is a reaper to bind, in a fixed order. */
export function stagedSources(input: PlanInput, reaper: string | null): readonly StagedSource[] {
	const staged: StagedSource[] = [];
	for (const mount of input.config.mounts) {
		if (mount.type !== 'bind') continue;
		const found = input.sources[mount.source];
		if (found === undefined || stagedOf(input, mount, staged) !== undefined) continue;
		const idmap = idmapOf(input, mount);
		// Part of a folder is found on the stage, so the whole is put there.
		const kind = found.below === undefined ? found.kind : 'folder';
		staged.push({
			real: found.real,
			kind,
			name: `${kind === 'folder' ? 'd' : 'f'}${staged.length}`,
			recursive: mount.options.includes('rbind'),
			...(idmap === undefined ? {} : {idmap}),
		});
	}
	if (reaper !== null) staged.push({real: reaper, kind: 'file', name: 'init', recursive: false});
	return staged;
}

/** What is staged for a bind mount. */
export function stagedOf(input: PlanInput, mount: OciMount, staged: readonly StagedSource[]): StagedSource | undefined {
	const real = input.sources[mount.source]?.real;
	const [isRecursive, idmap] = [mount.options.includes('rbind'), idmapOf(input, mount)];
	return staged.find(each => each.real === real && each.recursive === isRecursive && each.idmap === idmap);
}

/** The path on the stage of a bind mount's source, as the container side sees it. */
export function stagedAt(input: PlanInput, mount: OciMount, staged: readonly StagedSource[]): string {
	const {below} = input.sources[mount.source] ?? {};
	return `${stage}/${stagedOf(input, mount, staged)?.name ?? ''}${below === undefined ? '' : `/${below}`}`;
}
