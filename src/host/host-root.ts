import type {Host} from './host.ts';

/**
 * Whether this is root of the host. Root of a user namespace that an ordinary user made, as rootless Podman does before it calls its runtime, is not:
 * it keeps its files where that user does. The kernel shows it the folders of root as those of nobody: user_namespaces(7).
 */
export function isHostRoot(host: Pick<Host, 'stat'>, uid: number): boolean {
	return uid === 0 && (host.stat('/run')?.uid ?? 0) === 0;
}

/** The home folder by the host's /etc/passwd: Podman calls some verbs of its runtime without HOME. Inside a user namespace, that of the user outside. */
export function accountHome(host: Pick<Host, 'readText'>, uid: number): string | undefined {
	const rows = (host.readText('/proc/self/uid_map') ?? '')
		.split('\n')
		.map(line => line.trim().split(/\s+/).map(Number));
	const [inside = 0, outside = 0] = rows.find(([first = 0, , count = 0]) => uid >= first && uid < first + count) ?? [];
	const lines = (host.readText('/etc/passwd') ?? '').split('\n').map(line => line.split(':'));
	return lines.find(([, , id]) => id === String(uid - inside + outside))?.[5];
}
