import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

test('cp finds the container side by its colon', async () => {
	const out = await tsbox('cp -aL demo:/etc/x ./a:b');
	expect(out.calls[1]?.slice(0, 3)).toEqual([
		'copyOut',
		'demo',
		expect.objectContaining({path: '/etc/x', local: './a:b', archive: true, follow: true, cwd: '/home'}),
	]);
	const into = await tsbox('cp - demo:srv');
	expect(into.calls[1]?.slice(0, 3)).toEqual([
		'copyIn',
		'demo',
		expect.objectContaining({path: 'srv', local: null, archive: false, follow: false}),
	]);
});

test.each(['cp a b', 'cp a:/x b:/y', 'cp demo: x', 'cp demo:/x'])(
	'%s is refused before anything is done',
	async line => {
		expect(await tsbox(line)).toMatchObject({status: 2, calls: []});
	},
);

test('cp refuses to pass a tar through a terminal', async () => {
	expect((await tsbox('cp demo:/x -', {terminals: ['stdout']})).status).toBe(2);
	expect((await tsbox('cp - demo:/x', {terminals: ['stdin']})).status).toBe(2);
});

test('warnings of the tools are escaped', async () => {
	const {status, err} = await tsbox('cp demo:/x .', {engine: {copyOut: async () => 'tar: \u001b[31m'}});
	expect({status, err}).toEqual({status: 0, err: 'tar: \\x1b[31m\n'});
});

test('diff prints one line per path, or JSON', async () => {
	expect((await tsbox('diff demo')).out).toBe('A /new\n');
	expect(JSON.parse((await tsbox('diff --json demo')).out)).toEqual([{change: 'A', path: '/new'}]);
	const engine = {diff: async () => ({changes: [], unread: ['/var/x']})};
	expect((await tsbox('diff demo', {engine})).err).toBe(
		'warning: /var/x is left out: no permission to read it, or it is nested too deep\n',
	);
});
