import type {HostFacts} from '../../host/facts.ts';

/** Whether this host can pin a container to a set of CPUs. */
export function canPin({cgroup, user}: HostFacts): boolean {
	const there =
		cgroup.layout === 'v2' ? cgroup.unifiedControllers.includes('cpuset') : cgroup.v1['cpuset'] !== undefined;
	return there && cgroup.writable && user.uid === 0;
}

/** Whether this host can make a time namespace with clocks that start at zero: Linux 5.6, util-linux 2.36. */
export function hasClocks({namespaces, tools}: HostFacts): boolean {
	const flags = tools.unshare?.flags ?? [];
	return namespaces.includes('time') && ['time', 'monotonic', 'boottime'].every(flag => flags.includes(flag));
}

/** Whether this host can turn address space randomization off. */
export function hasFixedAddresses({tools}: HostFacts): boolean {
	return tools.setarch?.flags.includes('addr-no-randomize') === true;
}
