/** The rows of /proc/PID/limits and the lower-case names of setrlimit(2) that they tell of. */
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

/** Soft and hard limits by name, -1 unlimited, in the units of setrlimit(2), from a /proc/PID/limits text. */
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
