import {expect, test} from 'vitest';
import type {LayerFile} from '../../container/copy/layer-files.ts';
import {runDiffText} from './run-diff-text.ts';
import {sampleRunDifference, sampleShownRun} from '../../../test/support/sample-shown-run.ts';

const file: LayerFile = {change: 'A', path: '/f', kind: 'file', mode: 0o644, size: 6, digest: 'sha256:1'};
const [step] = sampleShownRun.run.steps;

test('every kind of difference has a description', () => {
	const of = (path: string, before: LayerFile | null, after: LayerFile | null, firstByte: number | null = null) => ({
		path,
		before,
		after,
		firstByte,
	});
	const text = runDiffText({
		...sampleRunDifference,
		end: {what: 'end', before: {exitCode: 0, signal: null}, after: {exitCode: 137, signal: 'SIGKILL'}},
		steps: [
			{id: 'one', before: step ?? null, after: null},
			{
				id: 'two',
				before: step ?? null,
				after: step === undefined ? null : {...step, command: 'echo other', status: null},
			},
		],
		facts: [
			{what: 'kernel.release', before: '6.1', after: '6.18'},
			{what: 'tools.perl', before: undefined, after: null},
		],
		files: [
			...sampleRunDifference.files,
			of('/new', null, file),
			of('/old', file, null),
			of('/big', file, {...file, digest: 'sha256:2'}),
			of('/mode', file, {...file, mode: 0o4755}),
			of('/gone', file, {change: 'D', path: '/f', kind: null}),
			of('/kind', file, {change: 'A', path: '/f', kind: 'folder', mode: 0o755}),
			of(
				'/link',
				{change: 'A', path: '/l', kind: 'link', target: '/a'},
				{change: 'A', path: '/l', kind: 'link', target: '/b'},
			),
			of('/\u001b[31mred', null, file),
		],
	});
	expect(text).toMatchInlineSnapshot(`
		"end
		  exited with 0, then ended by SIGKILL
		files
		  /out: 6, then 7 bytes, differs from byte 5 on
		  /new: only in the second
		  /old: only in the first
		  /big: 6 bytes, differs by digest, its content was not kept
		  /mode: mode 644, then 4755
		  /gone: A, then D
		  /kind: a file, then a folder
		  /link: -> /a, then -> /b
		  /\\x1b[31mred: only in the second
		output
		  stdout: 6 bytes, differs from byte 0 on
		steps
		  one: only in the first
		  two: status done, then -; command echo demo > /proc/sys/kernel/hostname, then echo other
		timings
		  the command: 10 ms, then 2 s
		facts
		  kernel.release: 6.1, then 6.18
		  tools.perl: nothing, then null
		"
	`);
});

test('a failed start differs from a successful one', () => {
	const end = {what: 'end', before: {error: 'sh is not in the container'}, after: {exitCode: 0, signal: null}};
	expect(runDiffText({...sampleRunDifference, end, files: [], logs: [], facts: [], timings: []})).toBe(
		'end\n  failed: sh is not in the container, then exited with 0\n',
	);
});

test('equal runs have no difference', () => {
	expect(runDiffText({...sampleRunDifference, files: [], logs: [], facts: [], timings: []})).toBe('no difference\n');
});
