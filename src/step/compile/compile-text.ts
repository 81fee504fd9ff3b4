import {shellWord} from '../verbs/shell-word.ts';

const commentWidth = 110;

/** A text as comment lines of sh, broken between words; the lines after the first stand further in. */
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
 * The line of sh that writes a text into a file of the container's folder, with a builtin: a process costs a millisecond. Its
 * comments have another apostrophe: a reader of the script would see `'\''`, and shellcheck(1) refuses a typographic one (SC1112).
 */
export function writeFile(name: string, text: string): string {
	const readable = text.replaceAll(/^#.*$/gm, line => line.replaceAll("'", '\u02bc'));
	return `printf '%s' ${shellWord(readable)} > "$box/${name}"`;
}

/** The functions that a script needs: those named in the text, and in one another, in the order of the table. */
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
