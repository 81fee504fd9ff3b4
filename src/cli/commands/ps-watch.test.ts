import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

test('on a pipe each change is a table, with an empty line between, and what is not shown is no change', async () => {
	const {status, out, calls} = await tsbox('ps --watch');
	expect(status).toBe(0);
	expect(calls[1]).toEqual(['watchList']);
	const tables = out.split('\n\n').map(table => table.trimEnd().split('\n').length);
	expect(tables).toEqual([2, 1]);
	expect((await tsbox('ps -a -w')).out.split('\n\n').map(table => table.trimEnd().split('\n').length)).toEqual([
		2, 3, 1,
	]);
});

test('as JSON each change is a line, on a terminal too', async () => {
	for (const terminals of [[], ['stdout']] as const) {
		const {out} = await tsbox('ps -a --watch --json', {terminals});
		const names = out
			.trimEnd()
			.split('\n')
			.map(line => (JSON.parse(line) as readonly {name: string}[]).map(({name}) => name));
		expect(names).toEqual([['demo'], ['demo', 'old'], []]);
	}
});

test('on a terminal that can, each is drawn over the last one', async () => {
	const {out} = await tsbox('ps -a --watch', {terminals: ['stdout']});
	expect(out.split('\u001b[2A')).toHaveLength(2);
	expect(out.split('\u001b[3A')).toHaveLength(2);
	expect((await tsbox('ps -a --watch', {terminals: ['stdout'], env: {TERM: 'dumb'}})).out).not.toContain('\u001b');
});

test('names and templates can be watched, and a field that is not there is refused before anything is asked', async () => {
	expect((await tsbox('ps -a -q -w')).out).toBe('demo\n\ndemo\nold\n\n');
	expect((await tsbox(['ps', '-w', '--format', '{{.Name}} {{.Health}}|{{.Id}}|{{.ExitCode}}'])).out).toBe(
		'demo |demo|\n\n',
	);
	const {status, calls} = await tsbox(['ps', '--watch', '--format', '{{.Nam}}']);
	expect({status, calls}).toEqual({status: 2, calls: []});
});
