import {PassThrough, Writable} from 'node:stream';
import {type Instance, render} from 'ink';
import type {ThemeName} from '../draw/palette.ts';
import {painter} from '../terminal/painter.ts';
import type {OwnedTerminal} from '../terminal/terminal.ts';
import {App} from './app.tsx';
import {createElement} from 'react';
import type {Screen} from './screen.ts';

/** Screens on a terminal. */
export interface DashView {
	readonly show: (screen: Screen) => void;
	/** Nothing is known of the terminal any more. */
	readonly forget: () => void;
	readonly close: () => void;
}

/** Has Ink lay screens out and puts them on the terminal where they differ from what is there. */
export function dashView(terminal: Pick<OwnedTerminal, 'size' | 'write'>, theme: ThemeName, isAscii: boolean): DashView {
	const paint = painter(terminal.write, () => terminal.size().rows);
	let instance: Instance | undefined;
	let frame = '';
	// With `debug` Ink writes each frame whole, and nothing else.
	const stdout = Object.assign(
		new Writable({
			decodeStrings: false,
			write: (text: string, _, done) => {
				frame = text;
				paint.show(text);
				done();
			},
		}),
		{get columns() {
			return terminal.size().columns;
		}},
	) as unknown as NodeJS.WriteStream;
	const stdin = new PassThrough() as unknown as NodeJS.ReadStream;
	return {
		show: screen => {
			const element = createElement(App, {screen, theme, isAscii});
			if (instance === undefined)
				instance = render(element, {stdin, stdout, stderr: stdout, debug: true, patchConsole: false, exitOnCtrlC: false});
			else instance.rerender(element);
		},
		forget: () => {
			paint.forget();
			if (frame !== '') paint.show(frame);
		},
		close: () => {
			// What Ink writes as it ends is for nobody.
			paint.forget();
			instance?.unmount();
			instance = undefined;
		},
	};
}
