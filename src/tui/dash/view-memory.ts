import {objectIn, userStateFile} from '../../host/files/user-state.ts';
import type {Host} from '../../host/host.ts';
import type {ViewSettings} from './model/settings.ts';

/** Storage of the view settings. */
export interface ViewMemory {
	readonly read: () => string | undefined;
	/** Adds a change to the stored changes. The configuration determines settings without a change. */
	readonly write: (change: Partial<ViewSettings>) => void;
}

/** Stores the view settings in the state folder of the user. */
export function viewMemory(host: Host, env: Readonly<Record<string, string | undefined>>): ViewMemory {
	const {read, change} = userStateFile(host, env, 'dash.json');
	return {
		read,
		write: changed => change(before => `${JSON.stringify({...objectIn(before), ...changed}, null, '\t')}\n`),
	};
}
