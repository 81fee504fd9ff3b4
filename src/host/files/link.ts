import {symlinkSync} from 'node:fs';
import {errnoOf} from '../errno.ts';

/** Makes a symlink; false when something has the name already, which the kernel decides: symlink(2). */
export function makeLink(target: string, path: string): boolean {
	try {
		symlinkSync(target, path);
		return true;
	} catch (error) {
		if (errnoOf(error) === 'EEXIST') return false;
		throw error;
	}
}
