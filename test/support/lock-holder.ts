import {once} from 'node:events';
import {PassThrough, Readable} from 'node:stream';
import type {RunningProgram} from '../../src/host/host.ts';

/** What flock(1) is to its starter: it says when it has the lock, and ends with its input. */
export function lockHolder(): RunningProgram {
	const input = new PassThrough();
	const ended = once(input, 'finish').then(() => ({exitCode: 0, signal: undefined, startError: undefined}));
	return {pid: 1000, pipes: [input, Readable.from(['locked\n'])], ended};
}
