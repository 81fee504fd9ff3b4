import {dirname} from 'node:path';
import {errnoOf} from '../errno.ts';
import type {Host} from '../host.ts';

/** A small file in the state folder of the user. */
export interface UserStateFile {
	/** Undefined when there is none, or when it cannot be read. */
	readonly read: () => string | undefined;
	/** Replaces the text by one made from the text before. Does nothing where the folder is not the user's own. */
	readonly change: (write: (before: string | undefined) => string) => void;
}

/**
 * A file below `tsbox` in the state folder of the user; XDG Base Directory Specification, XDG_STATE_HOME. Without a home
 * directory nothing is stored. Whoever uses it works without it, too: what the system refuses is no error.
 */
export function userStateFile(
	host: Host,
	env: Readonly<Record<string, string | undefined>>,
	name: string,
): UserStateFile {
	const home = env['HOME'];
	const base = env['XDG_STATE_HOME'] || (home === undefined ? undefined : `${home}/.local/state`);
	const file = base?.startsWith('/') === true ? `${base}/tsbox/${name}` : undefined;
	// Under `sudo -E`, the home directory belongs to another user, and files of root do not belong there.
	const isOurs = (): boolean => base !== undefined && ownerOf(host, base) === process.getuid?.();
	return {
		read: () => (file === undefined ? undefined : unlessRefused(() => host.readText(file))),
		change: write => {
			unlessRefused(() => {
				if (file === undefined || !isOurs()) return;
				host.mkdirs(dirname(file), 0o700);
				host.writeAtomic(file, write(host.readText(file)), 0o600);
			});
		},
	};
}

/** The result of a call; undefined if the system refuses it. */
function unlessRefused<T>(act: () => T): T | undefined {
	try {
		return act();
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}

/** The owner of a folder, or of its nearest existing ancestor. */
function ownerOf(host: Host, folder: string): number | undefined {
	const own = host.stat(folder)?.uid;
	return own !== undefined || folder === dirname(folder) ? own : ownerOf(host, dirname(folder));
}

/** The object in a JSON text; empty when there is none. */
export function objectIn(text: string | undefined): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(text ?? '{}');
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? (value as Readonly<Record<string, unknown>>)
			: {};
	} catch {
		return {};
	}
}
