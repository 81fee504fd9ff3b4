import {shellWord} from '../../spec/syntax/shell-words.ts';

const commentWidth = 110;

/** A text as comment lines of sh, wrapped between words; lines after the first one are indented. */
export function comment(text: string): readonly string[] {
	const lines: string[] = [];
	let line = '#';
	for (const word of text.split(/\s+/).filter(each => each !== '')) {
		if (line.length + 1 + word.length > commentWidth && line.trim() !== '#') {
			lines.push(line);
			line = '#   ';
		}
		line += ` ${word}`;
	}
	return [...lines, line];
}

/**
 * The line of sh that writes a text to a file of the container's folder, with a builtin, because a process costs a
 * millisecond. In comments of the text, apostrophes become U+02BC: `'\''` would be hard to read, and shellcheck(1)
 * refuses a typographic apostrophe (SC1112).
 */
export function writeFile(name: string, text: string): string {
	const readable = text.replaceAll(/^#.*$/gm, line => line.replaceAll("'", '\u02bc'));
	return `printf '%s' ${shellWord(readable)} > "$box/${name}"`;
}

/** The functions that a text calls, directly or through another function, in the order of the table. */
export function neededFunctions(table: Readonly<Record<string, string>>, text: string): readonly string[] {
	const needed = new Set<string>();
	const visit = (body: string): void => {
		for (const [name, definition] of Object.entries(table)) {
			if (needed.has(name) || !new RegExp(`(^|[^\\w$])${name}(?![\\w=])`, 'm').test(body)) continue;
			needed.add(name);
			visit(definition);
		}
	};
	visit(text);
	return Object.entries(table).flatMap(([name, definition]) => (needed.has(name) ? [definition] : []));
}
