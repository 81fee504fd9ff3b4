import type {Measure} from './look.ts';

/** Breaks prose at blanks so that no line is wider than `columns`; a longer word keeps its line to itself. */
export function wrapWords(text: string, columns: number, width: Measure): readonly string[] {
	return fill(
		text.split(/\s+/).filter(word => word !== ''),
		columns,
		width,
	);
}

/**
 * Breaks a command of one line as a person would in a script: at blanks outside quotes, with ` \` at the end of each
 * line but the last, so that it can be copied and still means the same. Commands of several lines stay as they are:
 * a here-document must not be broken.
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

/** The words of a command as written, quotes and backslashes kept. */
function shellWords(command: string): readonly string[] {
	return command.match(/(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"\\]|['"\\])+/gs) ?? [];
}
