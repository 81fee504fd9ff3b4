import type {NamespaceKind} from '../../spec/model/project.ts';

/** The option of unshare(1) and nsenter(1) for each kind of namespace. */
export const namespaceOptions: Readonly<Record<NamespaceKind, string>> = {
	mount: '--mount',
	pid: '--pid',
	uts: '--uts',
	ipc: '--ipc',
	network: '--net',
	cgroup: '--cgroup',
	time: '--time',
	user: '--user',
};
