import type {NamespaceKind} from '../model/project.ts';

const ofIpc = new Set([
	'kernel.msgmax',
	'kernel.msgmnb',
	'kernel.msgmni',
	'kernel.sem',
	'kernel.shmall',
	'kernel.shmmax',
	'kernel.shmmni',
	'kernel.shm_rmid_forced',
]);

/**
 * The namespace that a sysctl belongs to. Undefined for a sysctl of the whole machine, which a container must not change.
 * Source: namespaces(7), ipc_namespaces(7); the same list as Docker's.
 */
export function namespaceOfSysctl(name: string): NamespaceKind | undefined {
	if (ofIpc.has(name) || name.startsWith('fs.mqueue.')) return 'ipc';
	if (name.startsWith('net.')) return 'network';
	if (name === 'kernel.domainname' || name === 'kernel.hostname') return 'uts';
	return undefined;
}

/** Whether a text is a sysctl's name with dots. Its path cannot leave /proc/sys. */
export function isSysctlName(name: string): boolean {
	return name.length <= 256 && /^[a-z0-9_-]+(?:\.[a-zA-Z0-9_:-]+)+$/.test(name);
}
