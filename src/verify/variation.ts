import type {OwnerIds} from '../host/files/owners.ts';

/** How one run differs from the others. A reproducible build does not depend on any of this. */
export interface Variation {
	/** The order in which a copy creates the names of a folder. */
	readonly order: 'sorted' | 'reversed' | 'mixed';
	/** The path of the copies below the run's folder. */
	readonly checkout: string;
	/** Variables of the caller's environment that the spec may use. */
	readonly env: Readonly<Record<string, string>>;
	readonly name: string;
	readonly home: string;
	/** The caller's uid and gid, which also own the copies; null for the real ones. */
	readonly ids: OwnerIds | null;
	readonly umask: number;
	/** Process ids to use up before the command starts. */
	readonly usedNumbers: number;
	/** Restrict the run to one processor, unless the spec sets processors. */
	readonly oneProcessor: boolean;
}

const first: Variation = {
	order: 'sorted',
	checkout: 'src',
	env: {TZ: 'UTC', LANG: 'C', LC_ALL: 'C'},
	name: 'root',
	home: '/root',
	ids: null,
	umask: 0o022,
	usedNumbers: 0,
	oneProcessor: false,
};

/** No file has these ids by chance: ids of people start at 1000, and dynamic ids of systemd at 61184. */
const variations: readonly Variation[] = [
	first,
	{
		order: 'reversed',
		checkout: 'somewhere/else/a-longer-name',
		env: {TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8'},
		name: 'nobody',
		home: '/nonexistent',
		ids: {uid: 43210, gid: 43211},
		umask: 0o077,
		usedNumbers: 61,
		oneProcessor: true,
	},
	{
		order: 'mixed',
		checkout: 'x',
		env: {TZ: 'America/St_Johns', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8'},
		name: 'builder',
		home: '/tmp',
		ids: {uid: 50987, gid: 50988},
		umask: 0o002,
		usedNumbers: 23,
		oneProcessor: false,
	},
];

/**
 * The variation of a run.
 *
 * @param run - number of the run, from 0
 * @param otherIds - whether the caller may have other ids in some runs
 */
export function variationOf(run: number, otherIds: boolean): Variation {
	const found = variations[run % variations.length] ?? first;
	const usedNumbers = found.usedNumbers + 7 * Math.floor(run / variations.length);
	// A second round of variations uses up other process ids.
	return {...found, ids: otherIds ? found.ids : null, usedNumbers};
}

/**
 * The caller's environment in a run, as the spec may use it. UID, GID and the variables of sudo(8) get other values, but only where
 * the caller has them.
 */
export function callerEnvironment(
	{env, name, ids}: Variation,
	callers: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
	const [uid, gid] = [String(ids?.uid), String(ids?.gid)];
	const numbers = ids === null ? {} : {UID: uid, GID: gid, SUDO_UID: uid, SUDO_GID: gid, SUDO_USER: name};
	return {
		...env,
		USER: name,
		LOGNAME: name,
		...Object.fromEntries(Object.entries(numbers).filter(([each]) => callers[each] !== undefined)),
	};
}

/**
 * The caller's variables that name folders: xdg basedir-spec, environ(7). Only the command gets them. A spec that uses one in
 * a path needs an existing folder.
 */
export function callerFolders({home, ids}: Variation): Readonly<Record<string, string>> {
	return {
		HOME: home,
		XDG_CACHE_HOME: `${home}/.cache`,
		XDG_CONFIG_HOME: `${home}/.config`,
		XDG_DATA_HOME: `${home}/.local/share`,
		XDG_STATE_HOME: `${home}/.local/state`,
		...(ids === null ? {} : {XDG_RUNTIME_DIR: `/run/user/${ids.uid}`}),
	};
}
