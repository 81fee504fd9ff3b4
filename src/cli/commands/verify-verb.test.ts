import {expect, test} from 'vitest';
import type {Verification} from '../../verify/verify.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const coverage = {varied: ['the second'], notVaried: [{what: 'the kernel', why: 'there is one'}]};
const same: Verification = {
	runs: 2,
	reproducible: true,
	exitCode: 0,
	differences: [],
	diffoscope: null,
	coverage,
};
const differs: Verification = {
	runs: 3,
	reproducible: false,
	exitCode: 0,
	differences: [
		{path: 'exit status', what: 'status', one: '0', other: '1', run: 2},
		{path: '/out/a\u001b[31m', what: 'bytes', offset: 7, one: '"a"', other: '"b"', run: 2},
		{path: '/out/b', what: 'mode', one: '0644', other: '0600', run: 3},
		{path: '/out/c', what: 'presence', one: 'a file', other: 'missing', run: 3},
	],
	diffoscope: 'diffoscope /home/runs/run-1 /home/runs/run-2',
	coverage,
};
const engine = (found: Verification) => ({verify: () => Promise.resolve(found)});

test('verify reports identical runs with status 0', async () => {
	const {status, out} = await tsbox('verify demo.yaml', {engine: engine(same)});
	expect({status, out}).toEqual({status: 0, out: 'all 2 runs produced the same output (exit status 0)\n'});
});

test('verify prints one line per difference, with status 1', async () => {
	const {status, out} = await tsbox('verify demo.yaml', {engine: engine(differs)});
	expect(status).toBe(1);
	expect(out).toMatchInlineSnapshot(`
		"exit status: 0 in run 1, 1 in run 2
		/out/a\\x1b[31m: byte 7 "a" in run 1, "b" in run 2
		/out/b: mode 0644 in run 1, 0600 in run 3
		/out/c: a file in run 1, missing in run 3
		details: diffoscope /home/runs/run-1 /home/runs/run-2
		"
	`);
});

test('verify runs the spec three times, and resolves --keep against the working folder', async () => {
	const {calls} = await tsbox('verify demo.yaml web --output out --output /x/ --keep runs');
	expect(calls[1]?.[1]).toMatchObject({
		file: 'demo.yaml',
		service: 'web',
		runs: 3,
		outputs: ['/out', '/x'],
		keep: '/home/runs',
	});
});

test('verify --json prints the whole result', async () => {
	const {status, out} = await tsbox('verify --json demo.yaml', {engine: engine(differs)});
	expect([status, JSON.parse(out)]).toEqual([1, differs]);
});
