import type {HostFacts, IdRange} from './facts.ts';

/** One line of /proc/PID/uid_map; user_namespaces(7). */
export interface IdMapRow {
	readonly inside: number;
	readonly outside: number;
	readonly count: number;
}

/**
 * Whom the ids of a container stand for on the host. `single`: root is the caller, and there is nobody else. `auto`: root
 * is the caller, all others come from the caller's subordinate ids, subuid(5). `range`: the caller is root, and all ids of
 * the container come from root's subordinate ids, its root too.
 */
export interface UserMap {
	readonly kind: 'single' | 'auto' | 'range';
	readonly uids: readonly IdMapRow[];
	readonly gids: readonly IdMapRow[];
}

/** A map of kind `range`: one row for users, one for groups. */
export interface RangeMap extends UserMap {
	readonly kind: 'range';
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
	// unshare(1) puts root in place of the range's first id, so that one of it stays unused.
	const enough = (range: IdRange | undefined): range is IdRange => range !== undefined && range.count > 1;
	if (!enough(uids) || !enough(gids) || !written || !asked)
		return {kind: 'single', uids: [single(user.uid)], gids: [single(user.gid)]};
	const rest = ({start, count}: IdRange): IdMapRow => ({inside: 1, outside: start, count: count - 1});
	return {kind: 'auto', uids: [single(user.uid), rest(uids)], gids: [single(user.gid), rest(gids)]};
}

/** The map of root's containers that have a user namespace: the first range of root's own subordinate ids; undefined without. */
export function rangeMapOf({userNamespace}: Pick<HostFacts, 'userNamespace'>): RangeMap | undefined {
	const [uids] = userNamespace.subuids;
	const [gids] = userNamespace.subgids;
	if (uids === undefined || gids === undefined) return undefined;
	const row = ({start, count}: IdRange): IdMapRow => ({inside: 0, outside: start, count});
	return {kind: 'range', uids: [row(uids)], gids: [row(gids)]};
}

/** Tells whether a map is one of root's. */
export function isRange(map: UserMap | null): map is RangeMap {
	return map?.kind === 'range';
}

/** What an id of the container is on the host; undefined for one that the map does not have. */
export function outsideId(rows: readonly IdMapRow[], id: number): number | undefined {
	const row = rows.find(({inside, count}) => id >= inside && id < inside + count);
	return row === undefined ? undefined : row.outside + id - row.inside;
}

/** What root of the container is on the host: uid and gid. */
export function mappedRoot({uids, gids}: UserMap): readonly [uid: number, gid: number] {
	return [outsideId(uids, 0) ?? 0, outsideId(gids, 0) ?? 0];
}

/**
 * What unshare(1) is told to make a user namespace with this map. A range is written OUTSIDE,INSIDE,COUNT: the only form
 * before util-linux 2.39, still taken after; its `auto` takes the first line of /etc/subuid for root, whoever's that is.
 */
export function mapArguments({kind, uids, gids}: UserMap): readonly string[] {
	if (kind === 'range') {
		const rows = (option: string, map: readonly IdMapRow[]): readonly string[] =>
			map.map(({inside, outside, count}) => `--${option}=${outside},${inside},${count}`);
		return ['--user', ...rows('map-users', uids), ...rows('map-groups', gids), '--setuid=0', '--setgid=0'];
	}
	return ['--user', '--map-root-user', ...(kind === 'auto' ? ['--map-auto'] : [])];
}
