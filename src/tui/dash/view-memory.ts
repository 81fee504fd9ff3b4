import {dirname} from 'node:path';
import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import type {ViewSettings} from './settings.ts';

/** Where the view of the last time is kept. */
export interface ViewMemory {
	readonly read: () => string | undefined;
	readonly write: (settings: ViewSettings) => void;
}

/** In the person's own state folder: XDG Base Directory Specification, XDG_STATE_HOME. Without a home nothing is remembered. */
export function viewMemory(host: Host, env: Readonly<Record<string, string | undefined>>): ViewMemory {
	const home = env['HOME'];
	const base = env['XDG_STATE_HOME'] || (home === undefined ? undefined : `${home}/.local/state`);
	const file = base?.startsWith('/') === true ? `${base}/tsbox/dash.json` : undefined;
	// Under sudo -E it is somebody else's home: files of root's don't belong there.
	const isOurs = base !== undefined && [base, home ?? ''].some(path => host.stat(path)?.uid === process.getuid?.());
	return {
		read: () => (file === undefined ? undefined : host.readText(file)),
		write: settings => {
			if (file === undefined || !isOurs) return;
			try {
				host.mkdirs(dirname(file), 0o700);
				host.writeAtomic(file, `${JSON.stringify(settings, null, '\t')}\n`, 0o600);
			} catch (error) {
				// A view that can't be kept is no reason to end.
				if (errnoOf(error) === undefined) throw error;
			}
		},
	};
}
