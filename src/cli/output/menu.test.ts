import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const person = {terminals: ['stdin', 'stdout', 'stderr'], env: {NO_COLOR: '1'}} as const;

test('tsbox alone in a terminal offers what to do first', async () => {
	const {status, out, calls} = await tsbox('', {...person, lines: ['q']});
	expect({status, calls}).toEqual({status: 0, calls: []});
	expect(out).toMatchInlineSnapshot(`
		"tsbox: containers you can read

		  Enter  see a container start, step by step
		  l      learn what a container is: build one by hand
		  t      try one: a shell, beside what the kernel shows of it
		  s      start your own: write tsbox.yaml into this folder
		  h      all commands
		  q      leave

		A letter and Enter, or just Enter: "
	`);
});

test.each([
	['', 'tsbox up --plain /package/config/examples/hello.yaml'],
	['S', 'tsbox init'],
	[' help ', 'tsbox help'],
])('the answer %j runs %s', async (answer, line) => {
	const {out} = await tsbox('', {...person, lines: [answer]});
	expect(out).toContain(`$ ${line}\n`);
});

test('init is run as from the command line', async () => {
	const {status, files} = await tsbox('', {...person, lines: ['s']});
	expect([status, Object.keys(files)]).toEqual([0, ['/package/package.json', '/home/tsbox.yaml']]);
});

test('another answer is asked again, and the end of the input leaves', async () => {
	const {status, out} = await tsbox('', {...person, lines: ['x\u001b']});
	expect(status).toBe(0);
	expect(out).toContain('There is no "x?".');
});

test.each([
	['a pipe', {terminals: ['stdin', 'stderr']}],
	['a dumb terminal', {...person, env: {TERM: 'dumb'}}],
] as const)('%s gets the help, with status 2', async (_, surroundings) => {
	const {status, out, err} = await tsbox('', surroundings);
	expect([status, out]).toEqual([2, '']);
	expect(err).toContain('Usage: tsbox VERB');
});
