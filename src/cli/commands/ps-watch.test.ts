import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

test('on a pipe, each visible change prints a table, separated by an empty line', async () => {
	const {status, out, calls} = await tsbox('ps --watch');
	expect(status).toBe(0);
	expect(calls[1]).toEqual(['watchList']);
	const tables = out.split('\n\n').map(table => table.trimEnd().split('\n').length);
	expect(tables).toEqual([2, 1]);
	expect((await tsbox('ps -a -w')).out.split('\n\n').map(table => table.trimEnd().split('\n').length)).toEqual([
		2, 3, 1,
	]);
});

test('with JSON, each change prints one line, even on a terminal', async () => {
	for (const terminals of [[], ['stdout']] as const) {
		const {out} = await tsbox('ps -a --watch --json', {terminals});
		const names = out
			.trimEnd()
			.split('\n')
			.map(line => (JSON.parse(line) as readonly {name: string}[]).map(({name}) => name));
		expect(names).toEqual([['demo'], ['demo', 'old'], []]);
	}
});

test('on a capable terminal, each table is drawn over the last one', async () => {
	const {out} = await tsbox('ps -a --watch', {terminals: ['stdout']});
	expect(out.split('\u001b[2A')).toHaveLength(2);
	expect(out.split('\u001b[3A')).toHaveLength(2);
	expect((await tsbox('ps -a --watch', {terminals: ['stdout'], env: {TERM: 'dumb'}})).out).not.toContain('\u001b');
});

test('names and templates can be watched, and an unknown field is rejected before any engine call', async () => {
	expect((await tsbox('ps -a -q -w')).out).toBe('demo\n\ndemo\nold\n\n');
	expect((await tsbox(['ps', '-w', '--format', '{{.Name}} {{.Health}}|{{.Id}}|{{.ExitCode}}'])).out).toBe(
		'demo |demo|\n\n',
	);
	const {status, calls} = await tsbox(['ps', '--watch', '--format', '{{.Nam}}']);
	expect({status, calls}).toEqual({status: 2, calls: []});
});
