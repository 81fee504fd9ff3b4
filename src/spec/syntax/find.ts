import {dirname, resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';

/** The default names of a spec, in search order: tsbox's own, then those of Compose with the files that are merged onto them. */
const names = [
	'tsbox.yaml',
	'tsbox.yml',
	'tsbox.json',
	'compose.yaml',
	'compose.yml',
	'docker-compose.yaml',
	'docker-compose.yml',
];
const overrides = [
	'compose.override.yaml',
	'compose.override.yml',
	'docker-compose.override.yaml',
	'docker-compose.override.yml',
];

/** Absolute paths of the files of a project. */
export interface FoundFiles {
	readonly file: string;
	/** Those that are merged onto it. */
	readonly others: readonly string[];
}

/**
 * The spec files of a folder. Parent folders are not searched, so that root never runs a spec that the user does not see; those of Compose are
 * if `mayUse` says so of their file, as Compose does.
 *
 * @throws TsboxError E_SPEC_NOT_FOUND if the folder has none.
 */
export function findSpec(
	cwd: string,
	kindOf: (path: string) => 'file' | 'directory' | 'other' | undefined,
	mayUse?: (path: string) => boolean,
): FoundFiles {
	const first = (all: readonly string[], folder: string): string | undefined =>
		all.map(name => resolve(folder, name)).find(path => kindOf(path) === 'file');
	for (let folder = cwd; ; folder = dirname(folder)) {
		const file = first(names, folder);
		if (file !== undefined && (folder === cwd || mayUse?.(file) === true)) {
			const override = /\/tsbox\.\w+$/.test(file) ? undefined : first(overrides, folder);
			return {file, others: override === undefined ? [] : [override]};
		}
		if (mayUse === undefined || file !== undefined || folder === dirname(folder)) break;
	}
	throw new TsboxError('E_SPEC_NOT_FOUND', `there is no tsbox.yaml and no compose.yaml in ${cwd}`, {
		hint: 'name a spec file, or write one with `tsbox init`',
	});
}
