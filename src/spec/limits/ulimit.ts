/** The limits of setrlimit(2) in lower case without RLIMIT_, as in prlimit(1) and Compose. */
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
