import {dirname, join} from 'node:path';

/** The files that tsbox's own configuration can be in, in the order in which they are looked for. */
export const configPlaces = [
	'package.json',
	'.tsboxrc.json',
	'.tsboxrc.yaml',
	'.tsboxrc.yml',
	'tsbox.config.json',
	'tsbox.config.yaml',
	'tsbox.config.yml',
] as const;

/**
 * Tells whether any such file is in `cwd` or above it. A look that costs some stats, before what reads them is loaded:
 * most starts have none.
 */
export function mayHaveConfig(cwd: string, exists: (path: string) => boolean): boolean {
	for (let folder = cwd; ; folder = dirname(folder)) {
		if (configPlaces.some(place => exists(join(folder, place)))) return true;
		if (folder === dirname(folder)) return false;
	}
}
