import {resolve} from 'node:path';
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
 * The spec files of a folder. Parent folders are not searched, so that root never runs a spec that the user does not see.
 *
 * @throws TsboxError E_SPEC_NOT_FOUND if the folder has none.
 */
export function findSpec(
	cwd: string,
	kindOf: (path: string) => 'file' | 'directory' | 'other' | undefined,
): FoundFiles {
	const first = (all: readonly string[]): string | undefined =>
		all.map(name => resolve(cwd, name)).find(path => kindOf(path) === 'file');
	const file = first(names);
	if (file !== undefined) {
		const override = /\/tsbox\.\w+$/.test(file) ? undefined : first(overrides);
		return {file, others: override === undefined ? [] : [override]};
	}
	throw new TsboxError('E_SPEC_NOT_FOUND', `there is no tsbox.yaml and no compose.yaml in ${cwd}`, {
		hint: 'name a spec file, or write one with `tsbox init`',
	});
}
