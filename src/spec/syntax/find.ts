import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';

/** The default names of a spec, in search order. */
const specFileNames = ['tsbox.yaml', 'tsbox.yml', 'tsbox.json'] as const;

/**
 * The absolute path of a folder's spec file. Parent folders are not searched, so that root never runs a spec that the user
 * does not see.
 *
 * @throws TsboxError E_SPEC_NOT_FOUND if the folder has none.
 */
export function findSpec(cwd: string, kindOf: (path: string) => 'file' | 'directory' | 'other' | undefined): string {
	const found = specFileNames.map(name => resolve(cwd, name)).find(path => kindOf(path) === 'file');
	if (found !== undefined) return found;
	throw new TsboxError('E_SPEC_NOT_FOUND', `there is no ${specFileNames.join(', ')} in ${cwd}`, {
		hint: 'name a spec file, or write one with `tsbox init`',
	});
}
