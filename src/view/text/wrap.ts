import type {Measure} from './look.ts';

/** Wraps prose at blanks to `columns`. A longer word gets a line of its own. */
export function wrapWords(text: string, columns: number, width: Measure): readonly string[] {
	return fill(
		text.split(/\s+/).filter(word => word !== ''),
		columns,
		width,
	);
}

/**
 * Wraps a one-line command like a script: at blanks outside quotes, with ` \` at the end of each line but the last, so that
 * it still works when pasted. Commands of several lines stay as they are, since a break would change a here-document.
 */
export function wrapCommand(command: string, columns: number, width: Measure): readonly string[] {
	if (command.includes('\n')) return command.split('\n');
	if (width(command) <= columns) return [command];
	const lines = fill(shellWords(command), columns - 4, width);
	return lines.map((line, index) => (index === 0 ? '' : '  ') + line + (index === lines.length - 1 ? '' : ' \\'));
}

function fill(words: readonly string[], columns: number, width: Measure): readonly string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of words) {
		const longer = line === '' ? word : `${line} ${word}`;
		if (line !== '' && width(longer) > columns) {
			lines.push(line);
			line = word;
		} else line = longer;
	}
	return line === '' ? lines : [...lines, line];
}

/** The words of a command with their quotes and backslashes. */
function shellWords(command: string): readonly string[] {
	return command.match(/(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"\\]|['"\\])+/gs) ?? [];
}
