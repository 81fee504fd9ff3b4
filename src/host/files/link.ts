import {symlinkSync} from 'node:fs';
import {errnoOf} from '../errno.ts';

/** Creates a symlink; false when the name is taken. symlink(2) is atomic. */
export function makeLink(target: string, path: string): boolean {
	try {
		symlinkSync(target, path);
		return true;
	} catch (error) {
		if (errnoOf(error) === 'EEXIST') return false;
		throw error;
	}
}
