/* Separate from the schema, because commands list these words and must not load zod at each start. */

/** The themes of the dashboard; `none` has no colors. */
export const dashThemes = ['dark', 'light', 'none'] as const;

/** The columns of the dashboard's overview. */
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
