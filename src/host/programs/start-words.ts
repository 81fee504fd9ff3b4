/**
 * The words that start tsbox again. Node comes first, unless the program is Node itself with tsbox in it.
 *
 * @param program - path of the tsbox program
 * @param options - of Node. An executable has none: it takes every word for one of tsbox. See {@link heapLimits}.
 */
export function startWords(program: string, options: readonly string[] = []): readonly string[] {
	return program === process.execPath ? [program] : [process.execPath, ...options, program];
}

/** Those of Node's options that limit its heap, as a variable for an executable. Of the others, Node takes few from there. */
export function heapLimits(program: string, options: readonly string[]): {readonly NODE_OPTIONS?: string} {
	if (program !== process.execPath) return {};
	return {NODE_OPTIONS: options.filter(option => option.startsWith('--max-')).join(' ')};
}
