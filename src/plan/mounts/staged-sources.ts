import type {OciMount} from '../../oci/config.ts';
import {type PlanInput, stage} from '../input/input.ts';

/** A bind source on the stage. A folder is bound with the first table; a file is bound later, on an empty file made for it. */
export interface StagedSource {
	readonly real: string;
	readonly kind: 'file' | 'folder';
	/** Its name on the stage: `d0`, `f1`. */
	readonly name: string;
	readonly recursive: boolean;
}

/** The sources of all bind mounts, and of /dev/init if there is a reaper to bind, in a fixed order. */
export function stagedSources(input: PlanInput, reaper: string | null): readonly StagedSource[] {
	const staged: StagedSource[] = [];
	for (const mount of input.config.mounts) {
		if (mount.type !== 'bind') continue;
		const found = input.sources[mount.source];
		if (
			found === undefined ||
			staged.some(each => each.real === found.real && each.recursive === mount.options.includes('rbind'))
		)
			continue;
		staged.push({
			real: found.real,
			kind: found.kind,
			name: `${found.kind === 'folder' ? 'd' : 'f'}${staged.length}`,
			recursive: mount.options.includes('rbind'),
		});
	}
	if (reaper !== null) staged.push({real: reaper, kind: 'file', name: 'init', recursive: false});
	return staged;
}

/** The path on the stage of a bind mount's source, as the container side sees it. */
export function stagedAt(input: PlanInput, mount: OciMount, staged: readonly StagedSource[]): string {
	const real = input.sources[mount.source]?.real;
	const found = staged.find(each => each.real === real && each.recursive === mount.options.includes('rbind'));
	return `${stage}/${found?.name ?? ''}`;
}
