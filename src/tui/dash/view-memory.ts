import {dirname} from 'node:path';
import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import type {ViewSettings} from './model/settings.ts';

/** Storage of the view settings. */
export interface ViewMemory {
	readonly read: () => string | undefined;
	/** Adds a change to the stored changes. The configuration determines settings without a change. */
	readonly write: (change: Partial<ViewSettings>) => void;
}

/**
 * Stores the view settings in the state folder of the user; XDG Base Directory Specification, XDG_STATE_HOME. Without a
 * home directory nothing is stored.
 */
export function viewMemory(host: Host, env: Readonly<Record<string, string | undefined>>): ViewMemory {
	const home = env['HOME'];
	const base = env['XDG_STATE_HOME'] || (home === undefined ? undefined : `${home}/.local/state`);
	const file = base?.startsWith('/') === true ? `${base}/tsbox/dash.json` : undefined;
	// Under `sudo -E`, the home directory belongs to another user, and files of root do not belong there.
	const isOurs = (): boolean => base !== undefined && ownerOf(host, base) === process.getuid?.();
	return {
		read: () => (file === undefined ? undefined : unlessRefused(() => host.readText(file))),
		write: change => {
			// The dashboard works even if its view cannot be stored.
			unlessRefused(() => {
				if (file === undefined || !isOurs()) return;
				host.mkdirs(dirname(file), 0o700);
				host.writeAtomic(
					file,
					`${JSON.stringify({...changesIn(host.readText(file)), ...change}, null, '\t')}\n`,
					0o600,
				);
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

/** The stored changes; empty if they cannot be parsed. */
function changesIn(text: string | undefined): object {
	try {
		const value: unknown = JSON.parse(text ?? '{}');
		return typeof value === 'object' && value !== null ? value : {};
	} catch {
		return {};
	}
}
