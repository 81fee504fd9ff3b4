import type {HostFacts} from '../../host/facts.ts';
import type {UserMap} from '../../host/id-map.ts';
import {canPin, hasClocks} from '../../plan/input/reproducible.ts';
import type {Service} from '../../spec/model/project.ts';

/**
 * Drops settings of `reproducible: true` that this host cannot provide; the plan warns about them. Settings from the spec
 * itself stay, and are refused later.
 */
export function fitReproducible(service: Service, facts: HostFacts, map: UserMap | null): Service {
	const {reproducible, origins} = service;
	if (reproducible !== true) return service;
	const {cpuset, domainname, ...rest} = service;
	const byKey = (key: string): boolean => origins[key]?.kind === 'reproducible';
	const keepsCpuset = cpuset !== undefined && (!byKey('cpuset') || canPin(facts));
	// Only root of the host may set the domain name, and no standard tool makes the system call.
	const keepsDomain = domainname !== undefined && (!byKey('domainname') || map === null);
	const dropsTime = byKey('namespaces') && !hasClocks(facts);
	return {
		...rest,
		...(keepsCpuset ? {cpuset} : {}),
		...(keepsDomain ? {domainname} : {}),
		namespaces: dropsTime ? service.namespaces.filter(kind => kind !== 'time') : service.namespaces,
	};
}
