/** The limits of setrlimit(2), lower case without RLIMIT_, as prlimit(1) and compose name them. */
export const ulimitNames = [
	'as',
	'core',
	'cpu',
	'data',
	'fsize',
	'locks',
	'memlock',
	'msgqueue',
	'nice',
	'nofile',
	'nproc',
	'rss',
	'rtprio',
	'rttime',
	'sigpending',
	'stack',
] as const;
