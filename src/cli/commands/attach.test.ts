import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

test('attach returns the exit status of the container', async () => {
	const {status, calls} = await tsbox('attach --no-stdin --sig-proxy=false --detach-keys ctrl-x,d demo');
	expect(status).toBe(3);
	expect(calls[1]).toEqual([
		'attachTo',
		'demo',
		{stdin: false, signals: false, detachKeys: [24, 100], say: expect.any(Function), onSignal: expect.any(Function)},
	]);
});

test.each([
	[{kind: 'detached'}, 0, 'detached; demo keeps running\n'],
	[{kind: 'signal', signal: 'SIGTERM'}, 143, 'detached; demo keeps running\n'],
	[{kind: 'reader gone'}, 0, ''],
] as const)('after %j its status is %i', async (end, expected, said) => {
	const {status, err} = await tsbox('attach demo', {engine: {attachTo: async () => end}});
	expect({status, err}).toEqual({status: expected, err: said});
});

test('invalid detach keys are rejected before any engine call', async () => {
	const {status, err, calls} = await tsbox('attach --detach-keys ctrl-1 demo');
	expect(status).toBe(2);
	expect(err).toContain('--detach-keys must be keys such as `ctrl-p,ctrl-q`, `ctrl-]` or `d`, not `ctrl-1`');
	expect(calls).toEqual([]);
});
