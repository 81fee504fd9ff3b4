/* Apart from the schema, as the verbs name them: zod would be loaded at each start. */

/** The looks of the dashboard; `none` has no colours. */
export const dashThemes = ['dark', 'light', 'none'] as const;

/** The columns that its overview can have. */
export const dashColumns = [
	'name',
	'state',
	'health',
	'restarts',
	'cpu',
	'memory',
	'pids',
	'net',
	'block',
	'uptime',
	'ports',
	'image',
	'command',
] as const;
