import {posix} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';

/**
 * Most bytes of all options of one mount. mount(2) takes a page of 4096 bytes with the final NUL; the rest is room for what mount(8) may
 * add, such as a context of SELinux.
 */
const mostBytes = 3968;

/** Longest value of one option that fsconfig(2) takes, bytes; it copies at most 256 with the final NUL. */
const longestValue = 255;

/** The environment of a mount(8) that must use mount(2): since util-linux 2.39 it would pass each option by fsconfig(2). */
export const forcedMount2 = ['LIBMOUNT_FORCE_MOUNT2', 'always'] as const;

/** Whether an option is too long for fsconfig(2), so that mount(8) needs {@link forcedMount2}. */
export function needsMount2(options: readonly string[]): boolean {
	return options.some(option => Buffer.byteLength(option.slice(option.indexOf('=') + 1)) > longestValue);
}

/** How a mount names the lower folders of an overlay. */
export interface LowerOption {
	readonly option: string;
	/** The working directory of whoever mounts, for folders that are relative to it. */
	readonly cwd?: string;
}

/**
 * The option with the lower folders of an overlay. Folders whose absolute paths do not fit the page of mount(2) are relative to the
 * folder that has them all.
 *
 * @param folders - absolute, topmost first
 * @param others - the other options of the mount
 * @param spare - bytes by which absolute paths may become longer, without an effect on the choice
 * @throws TsboxError E_HOST_UNSUPPORTED when they do not even fit then.
 */
export function lowerOption(folders: readonly string[], others: readonly string[], spare = 0): LowerOption {
	const fits = (option: string, more = 0): boolean =>
		Buffer.byteLength([...others, option].join(',')) + more <= mostBytes;
	const absolute = `lowerdir=${folders.join(':')}`;
	if (fits(absolute, spare)) return {option: absolute};
	const cwd = commonFolder(folders);
	const option = `lowerdir=${folders.map(folder => posix.relative(cwd, folder)).join(':')}`;
	if (fits(option)) return {option, cwd};
	throw new TsboxError('E_HOST_UNSUPPORTED', `an overlay of ${folders.length} layers does not fit into one mount`, {
		why: `mount(2) takes one page of options, and these are ${Buffer.byteLength([...others, option].join(','))} bytes`,
		hint: 'use a store with a shorter path, or an image with fewer layers',
	});
}

/** The deepest folder that all paths are below. */
function commonFolder([first = '/', ...rest]: readonly string[]): string {
	const isAbove = (folder: string): boolean => rest.every(path => path.startsWith(folder === '/' ? '/' : `${folder}/`));
	let folder = posix.dirname(first);
	while (!isAbove(folder)) folder = posix.dirname(folder);
	return folder;
}
