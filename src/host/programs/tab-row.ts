const escapes: Readonly<Record<string, string>> = {'%': '%25', '\t': '%09', '\n': '%0A'};

/** Texts as one line for the perl programs of tsbox: each ends with a tab, the last one with a newline. */
export function tabRow(fields: readonly string[]): string {
	return `${fields.map(field => field.replaceAll(/[%\t\n]/g, c => escapes[c] ?? c)).join('\t')}\n`;
}
