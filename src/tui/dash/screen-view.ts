import type {ThemeName} from '../draw/palette.ts';
import {painter} from '../terminal/painter.ts';
import type {OwnedTerminal} from '../terminal/terminal.ts';
import {compose} from './compose.ts';
import type {FrameMaker} from './ink-view.ts';
import type {Screen} from './screen.ts';

/** Screens on a terminal. */
export interface ScreenView {
	readonly show: (screen: Screen) => void;
	/** Nothing is known of the terminal any more. */
	readonly forget: () => void;
	/** Has Ink lay out what is shown from now on; settles when it does. */
	readonly loadInk: () => Promise<void>;
	readonly close: () => void;
}

/** Puts screens on a terminal, where they differ from what is there. */
export function screenView(terminal: Pick<OwnedTerminal, 'size' | 'write'>, theme: ThemeName, isAscii: boolean): ScreenView {
	const paint = painter(terminal.write, () => terminal.size().rows);
	let ink: FrameMaker | undefined;
	let isClosed = false;
	return {
		show: screen => paint.show(ink === undefined ? compose(screen, theme, isAscii) : ink.frame(screen)),
		forget: paint.forget,
		loadInk: async () => {
			const {inkView} = await import('./ink-view.ts');
			if (!isClosed) ink = inkView(theme, isAscii);
		},
		close: () => {
			isClosed = true;
			ink?.close();
		},
	};
}
