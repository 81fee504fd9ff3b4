/** The tabs of the detail in the order of their number keys. */
export const tabNames = [
	'logs',
	'plan',
	'stats',
	'processes',
	'mounts',
	'network',
	'config',
	'events',
	'drift',
] as const;

/** The name of a tab. */
export type TabName = (typeof tabNames)[number];
