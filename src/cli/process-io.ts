import {readPlainText, writePlainText} from '../host/files/plain-text.ts';
import {isTerminal as isDescriptorTerminal} from '../host/files/is-terminal.ts';
import {writeWhatFits} from '../host/terminal/write-at-once.ts';
import type {OwnFiles} from '../host/files/own-files.ts';
import type {Io, StandardStream} from './verb/io.ts';

const descriptors: Readonly<Record<StandardStream, number>> = {stdin: 0, stdout: 1, stderr: 2};
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * The real input and output of this process.
 *
 * @param ignoresHangup - callbacks do not receive SIGHUP
 */
export function processIo(own: OwnFiles, ignoresHangup = false): Io {
	const told = stopSignals.filter(name => !(ignoresHangup && name === 'SIGHUP'));
	return {
		env: process.env,
		cwd: process.cwd(),
		own,
		out: writeOut,
		page,
		err: text => void talk().write(text),
		bytes: (stream, bytes) => void streamOf(stream).write(bytes),
		room,
		isTerminal,
		columns,
		rows: () => (isTerminal('stdout') && stdout().rows) || 24,
		onReaderGone: callback =>
			onOutputError(error => {
				if (error.code !== 'EPIPE') throw error;
				callback();
			}),
		onOutputFailed: callback => onOutputError(error => callback(error.code ?? error.message)),
		now: Date.now,
		readFile: readPlainText,
		writeFile: writePlainText,
		readLine,
		runOnTerminal: async (...asked) => (await import('../host/programs/on-terminal.ts')).runOnTerminal(...asked),
		onSignal: callback => {
			for (const signal of told) process.on(signal, callback);
			return () => {
				for (const signal of told) process.off(signal, callback);
			};
		},
		screen: talk,
	};
}

/** Whether Node's stream of standard output was used. What waits in it goes first. */
let isStreamed = false;

function stdout(): NodeJS.WriteStream {
	isStreamed = true;
	return process.stdout;
}

function streamOf(name: 'stdout' | 'stderr'): NodeJS.WriteStream {
	return name === 'stdout' ? stdout() : process.stderr;
}

/** Writes without Node's streams if it can: they take 5 ms to load. They also tell errors, as of a reader that has gone. */
function writeOut(text: string): void {
	const rest = isStreamed || isTerminal('stdout') ? text : writeWhatFits(1, text);
	if (rest.length > 0) stdout().write(rest);
}

let talkIsHeard = false;

/** Standard error. Write errors are ignored, because a closed terminal leaves no place to report them. */
function talk(): NodeJS.WriteStream {
	if (!talkIsHeard) process.stderr.on('error', () => {});
	talkIsHeard = true;
	return process.stderr;
}

function onOutputError(callback: (error: NodeJS.ErrnoException) => void): () => void {
	stdout().on('error', callback);
	return () => void stdout().off('error', callback);
}

/** Failed streams. Node still reports that they need a drain, but never emits `drain`. */
const broken = new WeakSet<NodeJS.WriteStream>();

function room(name: 'stdout' | 'stderr'): Promise<void> {
	const stream = streamOf(name);
	if (!stream.writableNeedDrain || broken.has(stream)) return Promise.resolve();
	return new Promise(resolve => {
		const settle = (error?: Error): void => {
			stream.off('drain', settle);
			stream.off('error', settle);
			if (error !== undefined) broken.add(stream);
			resolve();
		};
		stream.on('drain', settle);
		stream.on('error', settle);
	});
}

async function page(text: string): Promise<void> {
	if (!isTerminal('stdout') || process.env['TERM'] === 'dumb') {
		writeOut(text);
		return;
	}
	const {pagerOf, showPaged} = await import('../host/programs/pager.ts');
	const pager = pagerOf(process.env);
	if (pager === undefined || !(await showPaged(pager, text, process.env))) writeOut(text);
}

function isTerminal(stream: StandardStream): boolean {
	return isDescriptorTerminal(descriptors[stream]);
}

function columns(): number {
	const terminal = isTerminal('stdout') ? stdout() : isTerminal('stderr') ? process.stderr : undefined;
	// A terminal without a configured size reports 0.
	return terminal?.columns || 80;
}

async function readLine(signal: AbortSignal): Promise<string | undefined> {
	// A terminal that hung up during a shell has ended already.
	if (signal.aborted || process.stdin.destroyed || process.stdin.readableEnded) return undefined;
	const {createInterface} = await import('node:readline');
	const lines = createInterface({input: process.stdin, signal});
	try {
		return await new Promise(resolve => {
			lines.once('line', resolve);
			// A terminal that has hung up cannot be read.
			lines.once('error', () => resolve(undefined));
			// Closed by the signal, or by the end of the input.
			lines.once('close', () => resolve(undefined));
		});
	} finally {
		lines.close();
	}
}
