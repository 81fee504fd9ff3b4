import type {Readable} from 'node:stream';
import {trace} from '../host/trace.ts';

/** What the container side tells on the status pipe; `text` is what a tool printed. */
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
	/** The file of that index among those that the kernel would refuse is the command. */
	| {readonly kind: 'unrunnable'; readonly index: number}
	| {readonly kind: 'text'; readonly text: string};

/** Takes one line of the status pipe apart. Only trusted host tools write there; all that is no word of ours is theirs. */
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
		case '@unrunnable':
			return {kind: 'unrunnable', index: Number(rest[0])};
		default:
			return {kind: 'text', text: line};
	}
}

/** dash says this at its start because the sealed toolbox has no path that leads to it; that is what it is for. */
function isNoise(line: string): boolean {
	return line.endsWith('sh: 0: getcwd() failed: No such file or directory');
}

/** The lines of the status pipe as they come; ends when its last writer is gone. */
export async function* statusLines(pipe: Readable): AsyncGenerator<StatusLine> {
	let rest = '';
	pipe.setEncoding('utf8');
	try {
		// Not destroyed when its reader stops early: unshare(1) still talks there when the command has ended.
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
					// Whoever reads the pipe next gets what came with the line that was the last here.
					const after = [...lines.slice(at + 1), rest].join('\n');
					if (!goesOn && after !== '') pipe.unshift(after, 'utf8');
				}
			}
		}
	} catch (error) {
		// A socketpair whose other end was killed can answer with a reset in place of an end.
		if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
	}
	if (rest !== '' && !isNoise(rest)) yield parseStatusLine(rest);
}

/**
 * Tells from its last words that unshare(1) ended because its child was killed by SIGKILL. Up to 2.42 it then tries to die
 * of the same signal, cannot set SIGKILL's action, and exits with 1 in place of it (unshare.c).
 */
export function saysKilled(text: string): boolean {
	return text.includes('sigprocmask unblock failed');
}
