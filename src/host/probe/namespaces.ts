import {type NamespaceKind, namespaceKinds} from '../../spec/model/project.ts';
import type {Host} from '../host.ts';

/** The files of /proc/PID/ns, namespaces(7), by the names of the OCI runtime-spec. */
export const namespaceFiles: Readonly<Record<NamespaceKind, string>> = {
	mount: 'mnt',
	pid: 'pid',
	uts: 'uts',
	ipc: 'ipc',
	network: 'net',
	cgroup: 'cgroup',
	time: 'time',
	user: 'user',
};

/** The namespaces that this kernel supports. */
export function readNamespaces(host: Host): readonly NamespaceKind[] {
	const files = host.list('/proc/self/ns');
	return namespaceKinds.filter(kind => files.includes(namespaceFiles[kind]));
}
