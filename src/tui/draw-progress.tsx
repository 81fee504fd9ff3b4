import {PassThrough} from 'node:stream';
import {type Instance, render} from 'ink';
import {useEffect, useState} from 'react';
import type {Glyphs} from '../view/glyphs.ts';
import type {Drawing} from './deferred-view.ts';
import {endlessScreen} from './endless-screen.ts';
import {progressLines} from './progress-lines.ts';
import type {ProgressState} from './progress-state.ts';
import {ProgressView} from './progress-view.tsx';

const tickMs = 80;
const cursorUp = '\u001b[1A';

/**
 * Draws a start below the cursor until it is closed; then the frame is gone, the cursor is back, and nothing of Ink
 * holds the terminal. Reads no input, so the terminal is never in raw mode.
 */
export function drawProgress(screen: NodeJS.WriteStream, glyphs: Glyphs): Drawing {
	const stdout = endlessScreen(screen);
	const openedAt = Date.now();
	let instance: Instance | undefined;
	return {
		update: state => {
			const view = <Progress state={state} screen={screen} glyphs={glyphs} openedAt={openedAt} />;
			if (instance === undefined) instance = mount(view, stdout);
			else instance.rerender(view);
		},
		close: () => {
			if (instance === undefined) return;
			instance.rerender(null);
			instance.unmount();
			// Ink ends a frame with a line break, an empty one too.
			screen.write(cursorUp);
			instance = undefined;
		},
	};
}

function mount(view: React.JSX.Element, stdout: NodeJS.WriteStream): Instance {
	// Not the real standard input: making a stream of it would set the pipe that the container inherits to non-blocking.
	const stdin = new PassThrough() as unknown as NodeJS.ReadStream;
	return render(view, {stdin, stdout, stderr: stdout, patchConsole: false, exitOnCtrlC: false});
}

interface ProgressProps {
	readonly state: ProgressState;
	readonly screen: NodeJS.WriteStream;
	readonly glyphs: Glyphs;
	/** Milliseconds since the epoch. */
	readonly openedAt: number;
}

/** Turns the spinner, and asks the terminal for its size at each turn. */
function Progress({state, screen, glyphs, openedAt}: ProgressProps) {
	const [now, setNow] = useState(openedAt);
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), tickMs);
		return () => clearInterval(timer);
	}, []);
	const lines = progressLines(state, {rows: screen.rows || 24, now, tick: Math.floor(now / tickMs), glyphs});
	return <ProgressView lines={lines} columns={screen.columns || 80} isAscii={glyphs.isAscii} />;
}
