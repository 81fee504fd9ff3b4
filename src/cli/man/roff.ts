/** Escapes text for roff: backslashes, dashes, quotes, and requests at the start of a line. See groff_char(7). */
export function roff(text: string): string {
	return text
		.replaceAll('\\', '\\e')
		.replaceAll('-', '\\-')
		.replaceAll("'", '\\(aq')
		.replaceAll('`', '\\(ga')
		.replaceAll('^', '\\(ha')
		.replaceAll('~', '\\(ti')
		.replaceAll(
			/[^\x00-\x7f]/gu,
			letter => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
		)
		.replaceAll(/^\./gm, '\\&.');
}

/** Formats a description. Text in backticks is bold. */
export function prose(text: string): string {
	return text
		.split(/`([^`]*)`/)
		.map((part, at) => (at % 2 === 1 ? `\\fB${roff(part)}\\fR` : roff(part)))
		.join('')
		.replace(/^\./, '\\&.');
}

/** A tagged paragraph. The tag is roff, not text. */
export function tagged(tag: string, text: string): string {
	return `.TP\n${tag}\n${prose(text === '' ? ' ' : text)}\n`;
}

/** A section with its lines. */
export function section(title: string, body: string): string {
	return body === '' ? '' : `.SH ${title}\n${body}`;
}

/** The title line of a page. Also turns off hyphenation. */
export function head(name: string, number: 1 | 5, version: string): string {
	return `.TH "${roff(name.toUpperCase())}" "${number}" "" "tsbox ${roff(version)}" "tsbox"\n.nh\n.ad l\n`;
}
