import type {Machine} from '../container/machine/machine.ts';
import type {HostFacts} from '../host/facts.ts';
import {canPin} from '../plan/input/reproducible.ts';
import type {Service} from '../spec/model/project.ts';
import {type Circumstances, type Coverage, coverageOf} from './coverage.ts';
import {canGiveAway} from '../host/files/owners.ts';
import {variationOf} from './variation.ts';

/** Whether the runs can differ in how many processors they see; `fixed` where the spec, or `reproducible: true`, says it. */
export function processorsOf({cpuset, reproducible, origins}: Service, facts: HostFacts): Circumstances['processors'] {
	if (cpuset !== undefined && origins['cpuset']?.kind !== 'reproducible') return 'fixed';
	if (reproducible === true && canPin(facts)) return 'fixed';
	if (facts.cpus === 1) return 'one';
	return canPin(facts) ? 'varied' : 'not ours';
}

/** Whether nothing fixes the hostname, so that each run has its own. */
export function hasOwnHostname({origins}: Service): boolean {
	return origins['hostname']?.kind === 'default';
}

/**
 * Why the caller can't be somebody else by number in some runs; undefined where that can be.
 *
 * @param place - a folder of the caller's on the filesystem of the copies
 */
export function sameOwnerReason({facts}: Machine, service: Service, asked: boolean, place: string): string | undefined {
	if (asked) return 'as `--same-owner` asks for';
	if (facts.user.uid !== 0) return 'only root can change owners, and in your containers you are always root';
	if (service.namespaces.includes('user')) return 'in its user namespace every caller is the same';
	const owners = [1, 2].flatMap(run => variationOf(run, true).ids ?? []);
	return canGiveAway(place, owners) ? undefined : 'this root may not give files to others';
}

/** What the runs of a service will differ in, and what not. */
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
