import type {HostFacts} from '../host/facts.ts';
import type {Place} from './model/lesson.ts';

/** What the room of this machine can do, as far as lessons differ by it. */
export function placeOf({cgroup, user, userNamespace, tools}: HostFacts): Place {
	const mayDivide = user.uid === 0 && cgroup.writable && cgroup.layout !== 'none';
	const version = cgroup.v1['memory'] === undefined ? 'v2' : 'v1';
	return {
		cgroup: mayDivide ? version : 'none',
		swap: cgroup.swapAccounting,
		users: user.uid === 0 || (userNamespace.subuids.length > 0 && tools.newuidmap !== null),
	};
}
