import {errnoOf} from '../errno.ts';
import type {Host} from '../host.ts';

/**
 * The text of a kernel file; undefined where it is absent or can't be read: a controller that is off says EOPNOTSUPP, a
 * cgroup that was removed meanwhile ENODEV, a process of somebody else EACCES.
 */
export function kernelText(host: Host, path: string): string | undefined {
	return unlessUnreadable(() => host.readText(path));
}

/** The first bytes of a kernel file, in one read(2), as text; undefined as for {@link kernelText}. */
export function kernelHead(host: Host, path: string, length: number): string | undefined {
	return unlessUnreadable(() => host.readBytes(path, 0, length)?.toString());
}

/** The names in a kernel folder; none where it is absent or can't be read. */
export function kernelNames(host: Host, path: string): readonly string[] {
	return unlessUnreadable(() => host.list(path)) ?? [];
}

function unlessUnreadable<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}
