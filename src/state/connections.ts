import type {Host} from '../host/host.ts';
import type {NetworkJoin} from '../spec/model/network.ts';
import {ownJson} from './own-json.ts';
import {containerFolder} from './record.ts';

/** The file in a container's folder with what `network connect` added; it stays from one start to the next. */
export const connectionsFile = 'connections.json';

/** The networks that `network connect` put a container on, besides those of its spec; none for a file that another user wrote. */
export function readConnections(host: Host, state: string, name: string): readonly NetworkJoin[] {
	const found = ownJson<readonly NetworkJoin[]>(host, `${containerFolder(state, name)}/${connectionsFile}`);
	return Array.isArray(found) ? (found as readonly NetworkJoin[]) : [];
}

/** Remembers a network that a container was put on, or with `join` undefined forgets it. The caller holds the lock. */
export function noteConnection(host: Host, state: string, name: string, network: string, join?: NetworkJoin): void {
	const before = readConnections(host, state, name);
	const others = before.filter(each => each.network.name !== network);
	if (join === undefined && others.length === before.length) return;
	const all = [...others, ...(join === undefined ? [] : [join])];
	host.writeAtomic(`${containerFolder(state, name)}/${connectionsFile}`, `${JSON.stringify(all)}\n`, 0o600);
}
