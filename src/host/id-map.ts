import type {HostFacts, IdRange} from './facts.ts';

/** One line of /proc/PID/uid_map; user_namespaces(7). */
export interface IdMapRow {
	readonly inside: number;
	readonly outside: number;
	readonly count: number;
}

/**
 * Whom the ids of a container stand for on the host. `single`: root is the caller, and there is nobody else. `auto`: root
 * is the caller, all others come from the caller's subordinate ids, subuid(5).
 */
export interface UserMap {
	readonly kind: 'single' | 'auto';
	readonly uids: readonly IdMapRow[];
	readonly gids: readonly IdMapRow[];
}

/**
 * The map of an ordinary user's containers: the first range of subordinate ids where there are some and newuidmap(1) is
 * here to write them, else the caller alone.
 */
export function userMapOf({user, userNamespace, tools}: Pick<HostFacts, 'user' | 'userNamespace' | 'tools'>): UserMap {
	const [uids] = userNamespace.subuids;
	const [gids] = userNamespace.subgids;
	const single = (id: number): IdMapRow => ({inside: 0, outside: id, count: 1});
	const written = tools.newuidmap !== null && tools.newgidmap !== null;
	const asked = tools.unshare?.flags.includes('map-auto') === true;
	if (uids === undefined || gids === undefined || !written || !asked)
		return {kind: 'single', uids: [single(user.uid)], gids: [single(user.gid)]};
	// unshare(1) puts root in place of the range's first id, so that one of it stays unused.
	const rest = ({start, count}: IdRange): IdMapRow => ({inside: 1, outside: start, count: count - 1});
	return {kind: 'auto', uids: [single(user.uid), rest(uids)], gids: [single(user.gid), rest(gids)]};
}

/** What an id of the container is on the host; undefined for one that the map does not have. */
export function outsideId(rows: readonly IdMapRow[], id: number): number | undefined {
	const row = rows.find(({inside, count}) => id >= inside && id < inside + count);
	return row === undefined ? undefined : row.outside + id - row.inside;
}

/** What unshare(1) is told to make a user namespace with this map. */
export function mapArguments({kind}: UserMap): readonly string[] {
	return ['--user', '--map-root-user', ...(kind === 'auto' ? ['--map-auto'] : [])];
}
