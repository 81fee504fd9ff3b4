import type {Machine} from '../container/machine/machine.ts';
import type {HostFacts} from '../host/facts.ts';
import {canPin} from '../plan/input/reproducible.ts';
import type {Service} from '../spec/model/project.ts';
import {type Circumstances, type Coverage, coverageOf} from './coverage.ts';
import {canGiveAway} from '../host/files/owners.ts';
import {variationOf} from './variation.ts';

/** Whether runs can differ in the number of processors; `fixed` if the spec or `reproducible: true` sets it. */
export function processorsOf({cpuset, reproducible, origins}: Service, facts: HostFacts): Circumstances['processors'] {
	if (cpuset !== undefined && origins['cpuset']?.kind !== 'reproducible') return 'fixed';
	if (reproducible === true && canPin(facts)) return 'fixed';
	if (facts.cpus === 1) return 'one';
	return canPin(facts) ? 'varied' : 'not ours';
}

/** Whether the hostname is a default, so that each run gets its own. */
export function hasOwnHostname({origins}: Service): boolean {
	return origins['hostname']?.kind === 'default';
}

/**
 * Why the caller cannot have other ids in some runs; undefined if it can.
 *
 * @param place - a folder of the caller on the filesystem of the copies
 */
export function sameOwnerReason({facts}: Machine, service: Service, asked: boolean, place: string): string | undefined {
	if (asked) return '`--same-owner` was given';
	if (facts.user.uid !== 0) return 'only root can change owners';
	if (service.namespaces.includes('user')) return 'the user namespace maps every caller to the same ids';
	const owners = [1, 2].flatMap(run => variationOf(run, true).ids ?? []);
	return canGiveAway(place, owners) ? undefined : 'this root cannot change owners here';
}

/** The coverage of a verification of a service. */
export function coverageFor(
	{facts}: Machine,
	service: Service,
	copied: readonly string[],
	{inMemory, sameOwner}: Pick<Circumstances, 'inMemory' | 'sameOwner'>,
): Coverage {
	const uncopied = service.volumes.flatMap(volume => {
		if (volume.type === 'bind') return copied.includes(volume.source) ? [] : [volume.source];
		return volume.type === 'volume' && volume.volume.project === null ? [`the volume ${volume.volume.name}`] : [];
	});
	return coverageOf({
		copied,
		uncopied,
		inMemory,
		sameOwner,
		processors: processorsOf(service, facts),
		hostname: hasOwnHostname(service),
	});
}
