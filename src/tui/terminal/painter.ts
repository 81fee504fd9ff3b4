/**
 * Begin and end of a synchronized update, which the terminal shows at once. Terminals without support ignore them.
 * https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036
 */
const beginUpdate = '\u001b[?2026h';
const endUpdate = '\u001b[?2026l';
const reset = '\u001b[0m';
const eraseRest = '\u001b[K';

/** Draws whole frames on the screen. */
export interface Painter {
	/** Shows a frame whose lines are separated by `\n`. Writes only the rows that differ from the previous frame. */
	readonly show: (frame: string) => void;
	/** Discards the known screen contents. The next frame is written completely. */
	readonly forget: () => void;
}

/** Draws at absolute positions. This allows the last row and column to be used and preserves the scrollback. */
export function painter(write: (bytes: string) => void, rows: () => number): Painter {
	let shown: readonly string[] = [];
	let known = false;
	return {
		show: frame => {
			const lines = frame.split('\n').slice(0, rows());
			const changes: string[] = known ? [] : ['\u001b[2J'];
			for (let row = 0; row < Math.max(lines.length, shown.length); row++) {
				const text = lines[row] ?? '';
				if (known ? text === (shown[row] ?? '') : text === '') continue;
				// Erase before writing. After a text as wide as the screen, the cursor is still on the last character.
				changes.push(`\u001b[${row + 1};1H${eraseRest}${text}${reset}`);
			}
			shown = lines;
			known = true;
			if (changes.length > 0) write(`${beginUpdate}${changes.join('')}${endUpdate}`);
		},
		forget: () => {
			known = false;
			shown = [];
		},
	};
}
