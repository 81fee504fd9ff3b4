import {PassThrough} from 'node:stream';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {saysKilled, type StatusLine, statusLines} from './status-pipe.ts';

async function linesOf(chunks: readonly (string | Buffer)[]): Promise<readonly StatusLine[]> {
	const pipe = new PassThrough();
	for (const chunk of chunks) pipe.write(chunk);
	pipe.end();
	const lines: StatusLine[] = [];
	for await (const line of statusLines(pipe)) lines.push(line);
	return lines;
}

test.each([
	['@begin a.b', {kind: 'begin', id: 'a.b'}],
	['@fail a.b 32', {kind: 'fail', id: 'a.b', status: 32}],
	['@pid 42', {kind: 'pid', pid: 42}],
	['@value /proc/x a b  c', {kind: 'value', path: '/proc/x', value: 'a b  c'}],
	['@ids 1 2 2,3 /home/a b', {kind: 'ids', uid: 1, gid: 2, groups: [2, 3], home: '/home/a b'}],
	['@ready', {kind: 'ready'}],
	['@exec', {kind: 'exec'}],
	['@notexecutable /a b', {kind: 'notexecutable', path: '/a b'}],
	['@unrunnable 2', {kind: 'unrunnable', index: 2}],
	['mount: see @begin', {kind: 'text', text: 'mount: see @begin'}],
	['@beginning', {kind: 'text', text: '@beginning'}],
	[' @exec', {kind: 'text', text: ' @exec'}],
	['', {kind: 'text', text: ''}],
] as const)('%j is parsed as %j', async (line, meaning) => {
	expect(await linesOf([`${line}\n`])).toEqual([meaning]);
});

test('lines are the same however the pipe splits them', async () => {
	const text = '@begin a\nüber @exec\n@value /x ä\n@exec\nno end';
	await fc.assert(
		fc.asyncProperty(fc.array(fc.nat({max: Buffer.byteLength(text)})), async cuts => {
			const at = [0, ...cuts.toSorted((a, b) => a - b)];
			const bytes = Buffer.from(text);
			expect(await linesOf(at.map((from, index) => bytes.subarray(from, at[index + 1])))).toEqual(
				await linesOf([text]),
			);
		}),
	);
	expect(await linesOf([text])).toHaveLength(5);
});

test('the getcwd() message that dash prints at every start is skipped', async () => {
	expect(await linesOf(['./bin/sh: 0: getcwd() failed: No such file or directory\n@exec\n'])).toEqual([{kind: 'exec'}]);
});

test("unshare's last message shows that its child was killed", () => {
	expect(saysKilled('unshare: sigprocmask unblock failed: Invalid argument\n')).toBe(true);
	expect(saysKilled('unshare: mount failed\n')).toBe(false);
});

test('bytes after the last line taken stay in the pipe for the next reader', async () => {
	const pipe = new PassThrough();
	pipe.write('@exec\nunshare: sigprocmask unblock failed\nno e');
	pipe.end('nd');
	for await (const line of statusLines(pipe)) if (line.kind === 'exec') break;
	let rest = '';
	for await (const text of pipe) rest += String(text);
	expect(rest).toBe('unshare: sigprocmask unblock failed\nno end');
});
