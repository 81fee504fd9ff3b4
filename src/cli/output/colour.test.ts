import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

/** A command line of each verb that prints, and one that fails. */
const lines = [
	'--help',
	'ps',
	'plan demo.yaml',
	'plan --explain demo.yaml',
	'up --plain demo.yaml',
	'up stack.yaml web',
	'stats --no-stream',
	'images',
	'volume ls',
	'network ls',
	'top demo',
	'diff demo',
	'drift demo',
	'inspect demo',
	'port demo',
	'logs demo',
	'events demo',
	'gc',
	'validate demo.yaml',
	'no-such-verb',
];
const terminals = ['stdout', 'stderr'] as const;
const said = async (line: string, surroundings: Parameters<typeof tsbox>[1]): Promise<string> => {
	const {out, err} = await tsbox(line, surroundings);
	return out + err;
};

test.each(lines)('%s has no colors with NO_COLOR or without a terminal', async line => {
	expect(await said(line, {terminals, env: {NO_COLOR: '1', TERM: 'xterm'}})).not.toMatch(/\u001b\[\d*m/);
	expect(await said(line, {terminals, env: {TERM: 'dumb'}})).not.toMatch(/\u001b\[\d*m/);
	expect(await said(line, {env: {TERM: 'xterm'}})).not.toContain('\u001b');
});

test('FORCE_COLOR adds colors in a pipe and overrides NO_COLOR', async () => {
	for (const line of ['plan demo.yaml', 'no-such-verb'])
		expect(await said(line, {env: {FORCE_COLOR: '1', NO_COLOR: '1'}})).toContain('\u001b[');
});
