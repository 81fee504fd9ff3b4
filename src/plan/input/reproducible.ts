import type {HostFacts} from '../../host/facts.ts';

/** Whether a container can be kept to some processors here. */
export function canPin({cgroup, user}: HostFacts): boolean {
	const there =
		cgroup.layout === 'v2' ? cgroup.unifiedControllers.includes('cpuset') : cgroup.v1['cpuset'] !== undefined;
	return there && cgroup.writable && user.uid === 0;
}

/** Whether a time namespace can be made here, with clocks that begin anew: Linux 5.6, util-linux 2.36. */
export function hasClocks({namespaces, tools}: HostFacts): boolean {
	const flags = tools.unshare?.flags ?? [];
	return namespaces.includes('time') && ['time', 'monotonic', 'boottime'].every(flag => flags.includes(flag));
}

/** Whether addresses can be made the same each time. */
export function hasFixedAddresses({tools}: HostFacts): boolean {
	return tools.setarch?.flags.includes('addr-no-randomize') === true;
}
