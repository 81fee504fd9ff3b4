/** What a run differs in from the others; nothing of it should matter to what a build makes. */
export interface Variation {
	/** The order in which the names of a folder are made in a copy. */
	readonly order: 'sorted' | 'reversed' | 'mixed';
	/** Where the copies lie, below the run's own folder. */
	readonly checkout: string;
	/** The caller's variables. */
	readonly env: Readonly<Record<string, string>>;
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
	env: {TZ: 'UTC', LANG: 'C', LC_ALL: 'C', HOME: '/root', USER: 'root'},
	umask: 0o022,
	usedNumbers: 0,
	oneProcessor: false,
};

const variations: readonly Variation[] = [
	first,
	{
		order: 'reversed',
		checkout: 'somewhere/else/a-longer-name',
		env: {TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', HOME: '/nonexistent', USER: 'nobody'},
		umask: 0o077,
		usedNumbers: 61,
		oneProcessor: true,
	},
	{
		order: 'mixed',
		checkout: 'x',
		env: {TZ: 'America/St_Johns', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', HOME: '/tmp', USER: 'builder'},
		umask: 0o002,
		usedNumbers: 23,
		oneProcessor: false,
	},
];

/** How the run of that number, from 0, differs. */
export function variationOf(run: number): Variation {
	const found = variations[run % variations.length] ?? first;
	// A second round has numbers of its own, too.
	return {...found, usedNumbers: found.usedNumbers + 7 * Math.floor(run / variations.length)};
}
