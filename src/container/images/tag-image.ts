import {keepName} from '../../image/store/images.ts';
import type {Machine} from '../machine/machine.ts';
import {findOciImage} from './find-image.ts';
import {newImageName} from './image-name.ts';

/**
 * Gives an image another name, in place of the image that had it.
 *
 * @param cwd - where relative paths begin
 * @returns the complete new name
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_USAGE.
 */
export async function tagImage(machine: Machine, word: string, name: string, cwd: string): Promise<string> {
	const {host, dirs} = machine;
	const {image, name: known} = findOciImage(machine, word, cwd);
	const complete = newImageName(name);
	const {manifest} = image;
	keepName(host, dirs.store, {
		schema: 1,
		name: complete,
		digest: known?.digest ?? manifest,
		manifest,
		pulled: known?.pulled ?? host.now(),
	});
	return complete;
}
