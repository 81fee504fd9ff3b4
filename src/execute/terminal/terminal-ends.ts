import type {Readable, Writable} from 'node:stream';
import {callerInput, callerOutput, makeInputRaw, onceUnwritable, releaseInput} from '../../host/programs/stdio.ts';

/** A terminal that the pty of a command is connected to: the caller's, or a pane of a screen. */
export interface TerminalEnds {
	/** What is typed. */
	readonly input: Readable;
	/** What the command shows. */
	readonly output: Writable;
	/** Undefined for a file or a pipe. */
	readonly size: () => {readonly columns: number; readonly rows: number} | undefined;
	/** Calls back when the size has changed. Returns a function that unsubscribes. */
	readonly onResize: (callback: () => void) => () => void;
	/** Called when the transfer starts. `typed` gets a copy of what is typed by hand. */
	readonly take?: (typed: ((bytes: Uint8Array) => void) | undefined) => void;
	/** Called when the transfer has ended, also when it did not start. May be called twice. */
	readonly release?: () => void;
	/** Calls back when nobody sees the output any more, maybe more than once. */
	readonly onGone?: (callback: () => void) => void;
}

/**
 * The caller's standard streams. A terminal among them becomes raw when it is taken.
 *
 * @param stty - the words of stty(1)
 */
export function callerTerminal(stdout: number, stty: readonly string[] | undefined): TerminalEnds {
	const input = callerInput();
	const output = callerOutput(stdout);
	let heard: ((bytes: Uint8Array) => void) | undefined;
	return {
		input,
		output,
		size: () => (output.isTTY ? {columns: output.columns, rows: output.rows} : undefined),
		onResize: callback => {
			output.on('resize', callback);
			return () => void output.off('resize', callback);
		},
		take: typed => {
			heard = input.isTTY ? typed : undefined;
			if (input.isTTY) makeInputRaw(stty);
			if (heard !== undefined) input.on('data', heard);
		},
		release: () => {
			if (heard !== undefined) input.off('data', heard);
			releaseInput();
		},
		onGone: callback => {
			onceUnwritable(stdout, callback);
			// Ctrl-D ends no raw terminal: it has hung up.
			if (input.isTTY) input.once('end', callback).once('close', callback);
		},
	};
}
