import type {Readable} from 'node:stream';
import {trace} from '../host/trace.ts';

/** A line that the container side writes to the status pipe. `text` is output of a tool. */
export type StatusLine =
	| {readonly kind: 'begin'; readonly id: string}
	| {readonly kind: 'fail'; readonly id: string; readonly status: number}
	| {readonly kind: 'pid'; readonly pid: number}
	| {readonly kind: 'value'; readonly path: string; readonly value: string}
	| {
			readonly kind: 'ids';
			readonly uid: number;
			readonly gid: number;
			readonly groups: readonly number[];
			readonly home: string;
	  }
	| {readonly kind: 'ready' | 'exec' | 'directory' | 'notfound'}
	| {readonly kind: 'notexecutable'; readonly path: string}
	/** The command is the file with this index among those that the kernel would refuse. */
	| {readonly kind: 'unrunnable'; readonly index: number}
	/** A hook in the container has failed: its number from zero, and its exit status. */
	| {readonly kind: 'hook'; readonly index: number; readonly status: number; readonly path: string}
	| {readonly kind: 'text'; readonly text: string};

/** Parses one line of the status pipe. Only trusted host tools write there, so every other line is output of a tool. */
function parseStatusLine(line: string): StatusLine {
	const [word = '', ...rest] = line.split(' ');
	switch (word) {
		case '@begin':
			return {kind: 'begin', id: rest[0] ?? ''};
		case '@fail':
			return {kind: 'fail', id: rest[0] ?? '', status: Number(rest[1])};
		case '@pid':
			return {kind: 'pid', pid: Number(rest[0])};
		case '@value':
			return {kind: 'value', path: rest[0] ?? '', value: rest.slice(1).join(' ')};
		case '@ids':
			return {
				kind: 'ids',
				uid: Number(rest[0]),
				gid: Number(rest[1]),
				groups: (rest[2] ?? '').split(',').map(Number),
				home: rest.slice(3).join(' '),
			};
		case '@ready':
		case '@exec':
		case '@directory':
		case '@notfound':
			return {kind: word.slice(1) as 'ready' | 'exec' | 'directory' | 'notfound'};
		case '@notexecutable':
			return {kind: 'notexecutable', path: rest.join(' ')};
		case '@hook':
			return {kind: 'hook', index: Number(rest[0]), status: Number(rest[1]), path: rest.slice(2).join(' ')};
		case '@unrunnable':
			return {kind: 'unrunnable', index: Number(rest[0])};
		default:
			return {kind: 'text', text: line};
	}
}

/** dash prints this at its start: its working directory, the sealed toolbox, has no path by design. */
function isNoise(line: string): boolean {
	return line.endsWith('sh: 0: getcwd() failed: No such file or directory');
}

/** The lines of the status pipe as they arrive. Ends when the last writer has closed the pipe. */
export async function* statusLines(pipe: Readable): AsyncGenerator<StatusLine> {
	let rest = '';
	pipe.setEncoding('utf8');
	try {
		// The pipe survives a reader that stops early: unshare(1) still writes there when the command has ended.
		for await (const chunk of pipe.iterator({destroyOnReturn: false}) as AsyncIterable<string>) {
			const lines = (rest + chunk).split('\n');
			rest = lines.pop() ?? '';
			for (const [at, line] of lines.entries()) {
				if (isNoise(line)) continue;
				trace('gate', () => `status pipe: ${line}`);
				let goesOn = false;
				try {
					yield parseStatusLine(line);
					goesOn = true;
				} finally {
					// Bytes after the last line taken here go back into the pipe for its next reader.
					const after = [...lines.slice(at + 1), rest].join('\n');
					if (!goesOn && after !== '') pipe.unshift(after, 'utf8');
				}
			}
		}
	} catch (error) {
		// A socketpair whose peer was killed can give ECONNRESET in place of end-of-file.
		if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
	}
	if (rest !== '' && !isNoise(rest)) yield parseStatusLine(rest);
}

/**
 * Whether unshare(1) ended because SIGKILL killed its child, judged by unshare's last message. Up to version 2.42,
 * unshare then tries to die of the same signal, cannot set the action of SIGKILL, and exits with 1 (unshare.c).
 */
export function saysKilled(text: string): boolean {
	return text.includes('sigprocmask unblock failed');
}
