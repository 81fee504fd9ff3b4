import type {NamespaceKind, Service} from './project.ts';

/** Another container: the first one of a service of the same file, or any by its name. */
export type OtherContainer = {readonly service: string} | {readonly container: string};

/** `pid`: the processes of the host, or those of another container. */
export type PidMode = 'host' | OtherContainer;

/** `ipc`: its own, for itself or for others to join, or those of the host or of another container. */
export type IpcMode = 'host' | 'private' | 'shareable' | OtherContainer;

/** A key of a service that says whose namespace the container is in. */
export interface NamespaceChoice {
	readonly key: 'network_mode' | 'pid' | 'ipc' | 'uts' | 'cgroup';
	readonly kind: NamespaceKind;
	/** `own`: a new one. */
	readonly from: 'own' | 'host' | OtherContainer;
}

type Choosing = Pick<Service, 'networkMode' | 'pid' | 'ipc' | 'uts' | 'cgroup'>;

/** What a service says of its namespaces by keys of their own, besides `namespaces`. */
export function namespaceChoices({networkMode, pid, ipc, uts, cgroup}: Choosing): readonly NamespaceChoice[] {
	const written = [
		['network_mode', 'network', networkMode],
		['pid', 'pid', pid],
		['ipc', 'ipc', ipc],
		['uts', 'uts', uts],
		['cgroup', 'cgroup', cgroup],
	] as const;
	return written.flatMap(([key, kind, mode]) =>
		mode === undefined ? [] : [{key, kind, from: typeof mode === 'object' || mode === 'host' ? mode : 'own'}],
	);
}

/** The namespaces that a service shares with another container. */
export function joinedOf(service: Choosing): readonly (NamespaceChoice & {readonly from: OtherContainer})[] {
	return namespaceChoices(service).flatMap(choice =>
		typeof choice.from === 'object' ? [{...choice, from: choice.from}] : [],
	);
}

/** Formats a mode as a spec writes it: `host`, `service:db`. */
export function modeWord(mode: string | OtherContainer): string {
	if (typeof mode === 'string') return mode;
	return 'service' in mode ? `service:${mode.service}` : `container:${mode.container}`;
}
