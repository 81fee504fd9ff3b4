/** What happens at a point. `before` and `after` are SIGKILL; a `hang` never answers; `fail` is the kernel's refusal. */
export type How = 'fail' | 'hang' | 'before' | 'after';

/** Which side of a verb: the command itself, or the supervisor that it asks. */
export type Side = 'cli' | 'supervisor';

/** One thing that goes wrong, once, at the first call of its kind. */
export interface Fault {
	readonly side: Side;
	/** The point, as a clean run has told it. */
	readonly key: string;
	readonly how: How;
}

/** What a tsbox under test is told in the environment, as JSON in `TSBOX_FAULT`. */
export interface Orders {
	/** A line for each new point (`point SIDE KEY`), and for what was done (`hit SIDE KEY`). */
	readonly log: string;
	/** The script that does all this, for the supervisor that the command starts. */
	readonly self: string;
	readonly side: Side;
	readonly fault?: Fault;
	/** Nothing is told or done before SIGUSR2. */
	readonly asleep?: boolean;
	/** The supervisor that this one starts is `asleep` at first: it works before the verb is tried. */
	readonly supervisorAsleep?: boolean;
}

/** What can go wrong at a point, by the first word of its key. */
const ways: Readonly<Record<string, readonly How[]>> = {
	// A call that blocks for ever is a process that only SIGKILL ends: to the command that is `before`.
	file: ['fail', 'before', 'after', 'hang'],
	watch: ['fail'],
	program: ['fail', 'hang', 'before', 'after'],
	signal: ['fail', 'before', 'after'],
	write: ['fail', 'hang', 'before', 'after'],
	close: ['before', 'after'],
	socket: ['fail', 'before', 'after'],
	output: ['before', 'after'],
	exit: ['before'],
	told: ['before', 'hang'],
	ended: ['before'],
	script: ['fail', 'hang'],
};

/** The faults of a point. */
export function faultsAt(side: Side, key: string): readonly Fault[] {
	const kind = key.split(' ')[0] ?? '';
	return (ways[kind] ?? [])
		.filter(how => !(kind === 'file' && how === 'hang' && side === 'cli'))
		.map(how => ({side, key, how}));
}
