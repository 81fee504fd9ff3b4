import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';

/** The names that a spec may have when none is given, in the order they are looked for. */
const specFileNames = ['tsbox.yaml', 'tsbox.yml', 'tsbox.json'] as const;

/**
 * The spec file of a folder, as an absolute path. Parent folders are not searched: what runs as root should be in sight.
 * Throws E_SPEC_NOT_FOUND when there is none.
 */
export function findSpec(cwd: string, kindOf: (path: string) => 'file' | 'directory' | 'other' | undefined): string {
	const found = specFileNames.map(name => resolve(cwd, name)).find(path => kindOf(path) === 'file');
	if (found !== undefined) return found;
	throw new TsboxError('E_SPEC_NOT_FOUND', `there is no ${specFileNames.join(', ')} in ${cwd}`, {
		hint: 'name a spec file, or write one with `tsbox init`',
	});
}
