import {writeSync} from 'node:fs';

/** What TSBOX_DEBUG can ask for, and what each one prints; docs/debugging.md explains them. */
export const traceCategories = {
	programs: 'programs that are started, signals, and how each program ended',
	steps: 'each step of a start with its command, and each step that is undone',
	gate: 'what the container side writes to the status pipe and what the gate answers',
	cgroup: 'writes to cgroup files and removed cgroups, with the error if one failed',
	supervisor: 'requests to the supervisor of a project and its answers',
	images: 'images that are unpacked',
} as const;

/** A name of {@link traceCategories}. */
export type TraceCategory = keyof typeof traceCategories;

/** The words of TSBOX_DEBUG; `all` stands for every category. */
export function traceWords(value: string | undefined): readonly string[] {
	return (value ?? '')
		.split(',')
		.map(word => word.trim())
		.filter(word => word !== '');
}

/**
 * A function that prints trace lines: milliseconds since the process started, the category, and the text. The text is created
 * only when its category is enabled.
 */
export function tracer(
	value: string | undefined,
	write: (line: string) => void,
): (category: TraceCategory, text: () => string) => void {
	const words = new Set(traceWords(value));
	if (words.size === 0) return () => {};
	const all = words.has('all');
	return (category, text) => {
		if (!all && !words.has(category)) return;
		write(`${performance.now().toFixed(1).padStart(9)} ms  ${category.padEnd(10)}  ${onOneLine(text())}\n`);
	};
}

/** Prints a line to standard error if TSBOX_DEBUG of this process asks for the category. */
export const trace = tracer(process.env['TSBOX_DEBUG'], line => {
	try {
		writeSync(2, line);
	} catch {
		// A trace without a reader or on a full disk must not change the traced program.
	}
});

/** Calls `act` and traces its result or error. */
export function traced<T>(category: TraceCategory, what: () => string, act: () => T): T {
	try {
		const result = act();
		trace(category, what);
		return result;
	} catch (error) {
		trace(category, () => `${what()}: ${String((error as NodeJS.ErrnoException).code ?? error)}`);
		throw error;
	}
}

/** Escapes control characters, which could move the terminal's cursor, and truncates long scripts. */
function onOneLine(text: string): string {
	const cut = text.length > 1000 ? `${text.slice(0, 1000)}… (${text.length} characters)` : text;
	return cut
		.replaceAll('\n', '\\n')
		.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, each => `\\x${each.charCodeAt(0).toString(16)}`);
}
