import {errnoOf} from '../errno.ts';
import type {Host} from '../host.ts';

/**
 * The text of a kernel file; undefined when it is missing or unreadable: a disabled controller gives EOPNOTSUPP, a removed
 * cgroup ENODEV, another user's process EACCES.
 */
export function kernelText(host: Host, path: string): string | undefined {
	return unlessUnreadable(() => host.readText(path));
}

/** The first bytes of a kernel file as text, from one read(2); undefined as for {@link kernelText}. */
export function kernelHead(host: Host, path: string, length: number): string | undefined {
	return unlessUnreadable(() => host.readBytes(path, 0, length)?.toString());
}

/** The names in a kernel folder; empty when it is missing or unreadable. */
export function kernelNames(host: Host, path: string): readonly string[] {
	return unlessUnreadable(() => host.list(path)) ?? [];
}

/** The target of a link of /proc; empty when it is missing or unreadable. */
export function kernelLink(host: Host, path: string): string {
	return unlessUnreadable(() => host.readlink(path)) ?? '';
}

function unlessUnreadable<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}
