/**
 * Marks this process as the command line. The mark is global because the program and the library are separate bundles, each with its own
 * copy of this module. Only the command line sets it, so importing the library changes nothing.
 */
const mark = Symbol.for('tsbox.isCommandLine');

/** Makes errors name commands and options from now on. Without this call they name the library's functions. */
export function speakToCommandLine(): void {
	Reflect.set(globalThis, mark, true);
}

/** The library's option for each command-line option. */
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
	'--driver': 'driver',
	'--subnet': 'subnet',
	'--trace-seccomp': 'traceSeccomp',
};

/** The library's function for each command, by its first words. Other commands have no function and are typed in a shell. */
export const functions: Readonly<Record<string, string>> = {
	down: 'down()',
	gc: 'gc()',
	images: 'listImages()',
	'images prune': 'pruneImages()',
	lock: 'makeLock()',
	plan: 'plan()',
	ps: 'list()',
	network: 'listNetworks()',
	'network inspect': 'inspectNetwork()',
	'network ls': 'listNetworks()',
	'runs ls': 'listRuns()',
	'runs rm': 'removeRun()',
	unpause: 'unpause()',
	'volume create': 'createVolume()',
	'volume ls': 'listVolumes()',
};

/** Commands whose second word says what they do. */
const families = ['images', 'network', 'runs', 'volume'];

/**
 * Translates a sentence of an error for its reader. Errors are written for the command line, with commands in backticks. Programs that
 * use the library get function and option names instead.
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
	if (families.includes(first) && /^[a-z]/.test(second)) return functions[`${first} ${second}`];
	return functions[first];
}
