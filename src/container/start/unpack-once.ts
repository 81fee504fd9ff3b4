import {basename} from 'node:path';
import {imageFolderName} from '../../image/store/store.ts';
import {type UnpackedArchive, type UnpackOptions, unpack} from '../../image/unpack/unpack.ts';
import type {Machine} from '../machine/machine.ts';
import {onceInStore} from './once-in-store.ts';

/**
 * Unpacks an archive into the store. One of several concurrent starts unpacks it, and the others wait and find it there.
 *
 * @param tell - called when another start is unpacking the archive
 * @throws TsboxError as {@link unpack} and {@link onceInStore}.
 */
export async function unpackOnce(
	machine: Machine,
	image: UnpackedArchive,
	options: UnpackOptions,
	tell: (text: string) => void,
): Promise<void> {
	const {
		host,
		facts,
		dirs: {store},
	} = machine;
	const work = (): Promise<unknown> => unpack(host, facts, store, image, options);
	const waits = (): void => tell(`waiting for another start that unpacks ${basename(image.archive)}`);
	await onceInStore(machine, imageFolderName(image), work, options.signal, waits);
}
