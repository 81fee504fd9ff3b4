/** A part of the way of a connection, and whether it is passed. */
export interface Hop {
	readonly hop:
		| 'network'
		| 'address'
		| 'cable'
		| 'name'
		| 'route'
		| 'egress'
		| 'rules'
		| 'gateway'
		| 'resolver'
		| 'port'
		| 'listener'
		| 'connection'
		| 'outside';
	/** `skipped`: it could not be tried, or need not be. */
	readonly state: 'ok' | 'failed' | 'skipped';
	/** What was found. */
	readonly text: string;
	/** The cause. */
	readonly why?: string;
	/** What to do. */
	readonly hint?: string;
}

/** A hop that is passed. */
export const passed = (hop: Hop['hop'], text: string): Hop => ({hop, state: 'ok', text});

/** A hop at which a connection ends. */
export const failed = (hop: Hop['hop'], text: string, why: string, hint: string): Hop => ({
	hop,
	state: 'failed',
	text,
	why,
	hint,
});

/** A hop that was not tried. */
export const skipped = (hop: Hop['hop'], text: string): Hop => ({hop, state: 'skipped', text});
