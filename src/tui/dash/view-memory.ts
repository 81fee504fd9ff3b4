import {dirname} from 'node:path';
import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import type {ViewSettings} from './model/settings.ts';

/** Where the view of the last time is kept. */
export interface ViewMemory {
	readonly read: () => string | undefined;
	/** Keeps what was changed with what was changed before: the configuration decides the rest. */
	readonly write: (change: Partial<ViewSettings>) => void;
}

/** In the person's own state folder: XDG Base Directory Specification, XDG_STATE_HOME. Without a home nothing is remembered. */
export function viewMemory(host: Host, env: Readonly<Record<string, string | undefined>>): ViewMemory {
	const home = env['HOME'];
	const base = env['XDG_STATE_HOME'] || (home === undefined ? undefined : `${home}/.local/state`);
	const file = base?.startsWith('/') === true ? `${base}/tsbox/dash.json` : undefined;
	// Under sudo -E it is somebody else's home: files of root's don't belong there.
	const isOurs = (): boolean => base !== undefined && ownerOf(host, base) === process.getuid?.();
	return {
		read: () => (file === undefined ? undefined : unlessRefused(() => host.readText(file))),
		write: change => {
			// A view that cannot be kept is no reason to end.
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

/** What something gives; undefined where the system refuses it. */
function unlessRefused<T>(act: () => T): T | undefined {
	try {
		return act();
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}

/** Who owns a folder, or the nearest one above it that is there. */
function ownerOf(host: Host, folder: string): number | undefined {
	const own = host.stat(folder)?.uid;
	return own !== undefined || folder === dirname(folder) ? own : ownerOf(host, dirname(folder));
}

/** What was changed before; nothing where that cannot be read. */
function changesIn(text: string | undefined): object {
	try {
		const value: unknown = JSON.parse(text ?? '{}');
		return typeof value === 'object' && value !== null ? value : {};
	} catch {
		return {};
	}
}
