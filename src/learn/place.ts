import type {HostFacts} from '../host/facts.ts';
import {hasFilter} from './lessons/filter-script.ts';
import type {Place} from './model/lesson.ts';
import {hasCgroups} from './room/room-spec.ts';

/** What the room of this machine can do, as far as lessons differ by it. */
export function placeOf(facts: HostFacts): Place {
	const {cgroup, user, userNamespace, tools} = facts;
	const version = cgroup.v1['memory'] === undefined ? 'v2' : 'v1';
	return {
		cgroup: hasCgroups(facts) ? version : 'none',
		filter: tools.perl !== null && hasFilter(facts.kernel.arch),
		machine: facts.kernel.arch,
		swap: cgroup.swapAccounting,
		users: user.uid === 0 || (userNamespace.subuids.length > 0 && tools.newuidmap !== null),
	};
}
