/** The rows of /proc/PID/limits and the matching names of setrlimit(2) in lower case. */
export const limitRows: Readonly<Record<string, string>> = {
	'Max address space': 'as',
	'Max core file size': 'core',
	'Max cpu time': 'cpu',
	'Max data size': 'data',
	'Max file locks': 'locks',
	'Max file size': 'fsize',
	'Max locked memory': 'memlock',
	'Max msgqueue size': 'msgqueue',
	'Max nice priority': 'nice',
	'Max open files': 'nofile',
	'Max pending signals': 'sigpending',
	'Max processes': 'nproc',
	'Max realtime priority': 'rtprio',
	'Max realtime timeout': 'rttime',
	'Max resident set': 'rss',
	'Max stack size': 'stack',
};

/** Parses /proc/PID/limits: soft and hard limits by name in the units of setrlimit(2); -1: unlimited. */
export function parseLimits(text: string): Readonly<Record<string, {readonly soft: number; readonly hard: number}>> {
	return Object.fromEntries(
		text.split('\n').flatMap(line => {
			const [, row = '', soft = '', hard = ''] = /^(Max [a-z ]*?)\s{2,}(\S+)\s+(\S+)/.exec(line) ?? [];
			const name = limitRows[row];
			return name === undefined ? [] : [[name, {soft: limit(soft), hard: limit(hard)}]];
		}),
	);
}

function limit(word: string): number {
	return word === 'unlimited' ? -1 : Number(word);
}
