import type {OwnerIds} from '../host/files/owners.ts';

/** What a run differs in from the others; nothing of it should matter to what a build makes. */
export interface Variation {
	/** The order in which the names of a folder are made in a copy. */
	readonly order: 'sorted' | 'reversed' | 'mixed';
	/** Where the copies lie, below the run's own folder. */
	readonly checkout: string;
	/** The caller's variables, wherever the spec names them. */
	readonly env: Readonly<Record<string, string>>;
	/** The caller's name and home. */
	readonly name: string;
	readonly home: string;
	/** Whom the caller is by number, and so whose the copies are; null: as it is. */
	readonly ids: OwnerIds | null;
	/** The caller's umask. */
	readonly umask: number;
	/** Process numbers that are used up before the command starts. */
	readonly usedNumbers: number;
	/** One processor, where the spec leaves it open; else all. */
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

/** The ids are numbers that no file has by chance: those of people begin with 1000, of systemd's services with 61184. */
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
 * How the run of that number, from 0, differs.
 *
 * @param otherIds - the caller is somebody else by number in some of the runs
 */
export function variationOf(run: number, otherIds: boolean): Variation {
	const found = variations[run % variations.length] ?? first;
	const usedNumbers = found.usedNumbers + 7 * Math.floor(run / variations.length);
	// A second round has numbers of its own, too.
	return {...found, ids: otherIds ? found.ids : null, usedNumbers};
}

/**
 * The caller's environment in a run, as a spec may name it. Numbers and what sudo(8) leaves are only told where the caller
 * has them: they are somebody else's then, and never appear from nowhere.
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
 * Variables of the caller that hold folders: xdg basedir-spec, environ(7). They are told to a command alone, and not where
 * a spec makes a path of them, which must lead somewhere.
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
