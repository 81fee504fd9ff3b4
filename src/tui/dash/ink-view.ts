import {PassThrough, Writable} from 'node:stream';
import {type Instance, render} from 'ink';
import {createElement} from 'react';
import type {ThemeName} from '../draw/palette.ts';
import {App} from './app.tsx';
import type {Screen} from './screen.ts';

/** What lays screens out. */
export interface FrameMaker {
	/** A screen as text, a line each row. */
	readonly frame: (screen: Screen) => string;
	readonly close: () => void;
}

/** Has Ink lay screens out. With `debug` it writes each frame whole, at once, and nothing else; the painter finds what differs. */
export function inkView(theme: ThemeName, isAscii: boolean): FrameMaker {
	let instance: Instance | undefined;
	let latest = '';
	let columns = 80;
	const sink = new Writable({
		decodeStrings: false,
		write: (text: string, _, done) => {
			latest = text;
			done();
		},
	});
	const stdout = Object.defineProperty(sink, 'columns', {get: () => columns}) as unknown as NodeJS.WriteStream;
	const stdin = new PassThrough() as unknown as NodeJS.ReadStream;
	const options = {stdin, stdout, stderr: stdout, debug: true, patchConsole: false, exitOnCtrlC: false} as const;
	return {
		frame: screen => {
			({columns} = screen.layout.header);
			const element = createElement(App, {screen, theme, isAscii});
			if (instance === undefined) instance = render(element, options);
			else instance.rerender(element);
			return latest;
		},
		close: () => instance?.unmount(),
	};
}
