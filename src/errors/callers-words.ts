/**
 * A mark of this process, and not of this module: the program and the library are bundles with copies of their own. It is the command
 * line that makes it, so that importing the library changes nothing.
 */
const mark = Symbol.for('tsbox.isCommandLine');

/** From now on whoever reads errors types commands; until then it is a program that calls functions. */
export function speakToCommandLine(): void {
	Reflect.set(globalThis, mark, true);
}

/** What the library has for an option of the command line. */
export const options: Readonly<Record<string, string>> = {
	'--archive': 'archive',
	'--best-effort': 'bestEffort',
	'--config': 'config',
	'--lock FILE': 'file',
	'--memory': 'memory',
	'--memory-reservation': 'memoryReservation',
	'--memory-swap': 'memorySwap',
	'--output': 'outputs',
	'--profile': 'profiles',
	'--state': 'state',
	'--store': 'store',
	'--trace-seccomp': 'traceSeccomp',
};

/** What the library has for a command, by its first words. The others it has not: they are typed in a shell beside the program. */
export const functions: Readonly<Record<string, string>> = {
	down: 'down()',
	gc: 'gc()',
	images: 'listImages()',
	'images prune': 'pruneImages()',
	lock: 'makeLock()',
	plan: 'plan()',
	ps: 'list()',
	'runs ls': 'listRuns()',
	'runs rm': 'removeRun()',
	unpause: 'unpause()',
	'volume create': 'createVolume()',
	'volume ls': 'listVolumes()',
};

/**
 * A sentence of an error in the words of who reads it. It is written in those of the command line, with commands in backticks; a program
 * gets the options and functions of the library in their place.
 */
export function inCallersWords(sentence: string): string {
	if (Reflect.has(globalThis, mark)) return sentence;
	return sentence.replaceAll(/`([^`]*)`|--lock FILE|--[a-z-]+/g, (word, quoted?: string) => {
		const name = nameOf(quoted ?? word);
		return name === undefined ? word : `\`${name}\``;
	});
}

function nameOf(word: string): string | undefined {
	if (word.startsWith('--')) return options[word];
	const [, first = '', second = ''] = /^tsbox (\S+)(?: (\S+))?/.exec(word) ?? [];
	return functions[`${first} ${second}`] ?? functions[first];
}
