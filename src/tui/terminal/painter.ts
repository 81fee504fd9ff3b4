/** Begin and end of an update that the terminal shows at once; others ignore it. https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036 */
const beginUpdate = '\u001b[?2026h';
const endUpdate = '\u001b[?2026l';
const reset = '\u001b[0m';
const eraseRest = '\u001b[K';

/** Puts whole frames on a screen. */
export interface Painter {
	/** Shows a frame, lines apart by `\n`; only rows that differ from the frame before are written. */
	readonly show: (frame: string) => void;
	/** Nothing is known of the screen any more: the next frame is written whole. */
	readonly forget: () => void;
}

/** Draws by absolute places, so that it can use the last row and the last column, and leaves the scrollback as it is. */
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
				// Erased before: behind a text that is as wide as the screen the cursor stands on its last character.
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
