import {PassThrough, Writable} from 'node:stream';
import {type Instance, render} from 'ink';
import {createElement} from 'react';
import {SheetView, type SheetViewProps} from './sheet-view.tsx';

/** Makes the rows of sheets. */
export interface SheetMaker {
	readonly rows: (props: SheetViewProps) => readonly string[];
	readonly close: () => void;
}

/** Has Ink draw sheets. With `debug` it writes each frame whole, at once, and nothing else; the painter finds what differs. */
export function sheetMaker(): SheetMaker {
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
		rows: props => {
			({columns} = props.frame);
			const element = createElement(SheetView, props);
			if (instance === undefined) instance = render(element, options);
			else instance.rerender(element);
			return latest.split('\n');
		},
		close: () => instance?.unmount(),
	};
}
