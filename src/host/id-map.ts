import type {HostFacts, IdRange} from './facts.ts';

/** One line of /proc/PID/uid_map; user_namespaces(7). */
export interface IdMapRow {
	readonly inside: number;
	readonly outside: number;
	readonly count: number;
}

/**
 * The host ids behind a container's ids. `single`: root is the caller, and there are no other ids. `auto`: root is the caller, all
 * other ids are the caller's subordinate ids, subuid(5). `range`: the caller is root, and all ids of the container are root's
 * subordinate ids, including its root.
 */
export interface UserMap {
	readonly kind: 'single' | 'auto' | 'range';
	readonly uids: readonly IdMapRow[];
	readonly gids: readonly IdMapRow[];
}

/** A map of kind `range`: one row for uids, one for gids. */
export interface RangeMap extends UserMap {
	readonly kind: 'range';
	/** tsbox writes the map itself: root has no range of its own, or this host has no newuidmap(1). */
	readonly direct?: true;
}

/**
 * The ids of root's containers when root has no range of subordinate ids: the highest 64 Ki of the range that systemd reserves for
 * containers. useradd(8) gives out ranges far below. Source: systemd.io/UIDS-GIDS.
 */
const usualRange: IdRange = {start: 1_878_982_656, count: 65_536};

/**
 * The map of an unprivileged user's containers: the first range of subordinate ids if there is one and newuidmap(1) can
 * write it, else the caller alone.
 */
export function userMapOf({user, userNamespace, tools}: Pick<HostFacts, 'user' | 'userNamespace' | 'tools'>): UserMap {
	const [uids] = userNamespace.subuids;
	const [gids] = userNamespace.subgids;
	const single = (id: number): IdMapRow => ({inside: 0, outside: id, count: 1});
	const written = tools.newuidmap !== null && tools.newgidmap !== null;
	const asked = tools.unshare?.flags.includes('map-auto') === true;
	// unshare(1) puts root in place of the range's first id, so one id of the range stays unused.
	const enough = (range: IdRange | undefined): range is IdRange => range !== undefined && range.count > 1;
	if (!enough(uids) || !enough(gids) || !written || !asked)
		return {kind: 'single', uids: [single(user.uid)], gids: [single(user.gid)]};
	const rest = ({start, count}: IdRange): IdMapRow => ({inside: 1, outside: start, count: count - 1});
	return {kind: 'auto', uids: [single(user.uid), rest(uids)], gids: [single(user.gid), rest(gids)]};
}

/** The map for root's containers with a user namespace: root's first range of subordinate ids, or {@link usualRange}. */
export function rangeMapOf({userNamespace, tools}: Pick<HostFacts, 'userNamespace' | 'tools'>): RangeMap {
	const [uids] = userNamespace.subuids;
	const [gids] = userNamespace.subgids;
	const row = ({start, count}: IdRange): IdMapRow => ({inside: 0, outside: start, count});
	if (uids === undefined || gids === undefined)
		return {kind: 'range', uids: [row(usualRange)], gids: [row(usualRange)], direct: true};
	const hasTools = tools.newuidmap !== null && tools.newgidmap !== null;
	return {kind: 'range', uids: [row(uids)], gids: [row(gids)], ...(hasTools ? {} : {direct: true as const})};
}

/** The map of a user namespace whose root is root of the host: its capabilities end at the namespace, its files do not. */
export const rootItself: UserMap = {
	kind: 'single',
	uids: [{inside: 0, outside: 0, count: 1}],
	gids: [{inside: 0, outside: 0, count: 1}],
};

/** Whether a map is of kind `range`. */
export function isRange(map: UserMap | null): map is RangeMap {
	return map?.kind === 'range';
}

/** The host id for an id of the container; undefined when the map does not contain it. */
export function outsideId(rows: readonly IdMapRow[], id: number): number | undefined {
	const row = rows.find(({inside, count}) => id >= inside && id < inside + count);
	return row === undefined ? undefined : row.outside + id - row.inside;
}

/** The id in the namespace of an id on the host; undefined when it has none. */
export function insideId(rows: readonly IdMapRow[], id: number): number | undefined {
	const row = rows.find(({outside, count}) => id >= outside && id < outside + count);
	return row === undefined ? undefined : row.inside + id - row.outside;
}

/** The uid and gid on the host for the container's root. */
export function mappedRoot({uids, gids}: UserMap): readonly [uid: number, gid: number] {
	return [outsideId(uids, 0) ?? 0, outsideId(gids, 0) ?? 0];
}

/**
 * The options of unshare(1) for a user namespace with this map. A range is written as OUTSIDE,INSIDE,COUNT, the only format before
 * util-linux 2.39, which later versions still accept. unshare's own `auto` would use the first line of /etc/subuid for root,
 * whoever owns that line.
 */
export function mapArguments({kind, uids, gids}: UserMap): readonly string[] {
	if (kind === 'range') {
		const rows = (option: string, map: readonly IdMapRow[]): readonly string[] =>
			map.map(({inside, outside, count}) => `--${option}=${outside},${inside},${count}`);
		return ['--user', ...rows('map-users', uids), ...rows('map-groups', gids), '--setuid=0', '--setgid=0'];
	}
	return ['--user', '--map-root-user', ...(kind === 'auto' ? ['--map-auto'] : [])];
}

/** The same ids for a user namespace that is made inside of one that has them: each id is its own there. */
export function nestedMap({kind, uids, gids}: UserMap): UserMap {
	const same = (rows: readonly IdMapRow[]): readonly IdMapRow[] => rows.map(row => ({...row, outside: row.inside}));
	// Whoever is root of the outer one writes the map itself: newuidmap(1) knows only ids of the host.
	return {kind: kind === 'auto' ? 'range' : kind, uids: same(uids), gids: same(gids)};
}

/** The options of unshare(1) for {@link nestedMap}; it takes one row besides that of root. */
export function nestedArguments({uids, gids}: UserMap): readonly string[] {
	const rest = (option: string, rows: readonly IdMapRow[]): readonly string[] =>
		rows.slice(1).map(({inside, count}) => `--${option}=${inside},${inside},${count}`);
	return ['--user', '--map-root-user', ...rest('map-users', uids), ...rest('map-groups', gids)];
}
