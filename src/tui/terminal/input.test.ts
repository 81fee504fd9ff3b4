import {describe, expect, test, vi} from 'vitest';
import {type Input, inputReader} from './input.ts';

/**
 * The inputs of some chunks, after all of them have been parsed. A paste at the end marks that nothing more follows.
 */
async function heard(...chunks: readonly (string | Buffer)[]): Promise<readonly Input[]> {
	const inputs: Input[] = [];
	const read = inputReader(input => inputs.push(input));
	for (const chunk of chunks) {
		read(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
		await new Promise<void>(resolve => void setImmediate(resolve));
	}
	const isMark = (input: Input | undefined): boolean => input?.kind === 'paste' && input.text === 'END';
	// An escape byte alone becomes a key after some time.
	const isAlone = chunks.at(-1)?.toString().endsWith('\u001b') === true;
	await vi.waitFor(() => expect(isAlone ? inputs.at(-1) : {key: 'esc'}).toMatchObject({key: 'esc'}));
	read('\u001b[200~END\u001b[201~');
	await vi.waitFor(() => expect(isMark(inputs.at(-1))).toBe(true));
	return inputs.slice(0, -1);
}

const names = async (...chunks: readonly (string | Buffer)[]): Promise<readonly string[]> =>
	(await heard(...chunks)).map(input => (input.kind === 'key' ? input.key : input.kind));

describe('keys have the names of the configuration', () => {
	test.each([
		['a', 'a'],
		['A', 'A'],
		['/', '/'],
		['?', '?'],
		[' ', 'space'],
		['\r', 'enter'],
		['\n', 'enter'],
		['\t', 'tab'],
		['\u007f', 'backspace'],
		['\u0008', 'backspace'],
		['\u0003', 'ctrl-c'],
		['\u0010', 'ctrl-p'],
		['\u0015', 'ctrl-u'],
		['\u0017', 'ctrl-w'],
		['\u001a', 'ctrl-z'],
		['\u001ba', 'alt-a'],
		['\u001b', 'esc'],
		['\u001b[A', 'up'],
		['\u001bOA', 'up'],
		['\u001b[B', 'down'],
		['\u001b[C', 'right'],
		['\u001b[D', 'left'],
		['\u001b[1;5A', 'ctrl-up'],
		['\u001b[1;2A', 'shift-up'],
		['\u001b[H', 'home'],
		['\u001b[F', 'end'],
		['\u001b[1~', 'home'],
		['\u001b[4~', 'end'],
		['\u001b[5~', 'pageup'],
		['\u001b[6~', 'pagedown'],
		['\u001b[3~', 'delete'],
		['\u001b[2~', 'insert'],
		['\u001b[Z', 'shift-tab'],
		['\u001bOP', 'f1'],
		['\u001b[11~', 'f1'],
		['\u001b[15~', 'f5'],
		['\u001b[24~', 'f12'],
		['é', 'é'],
		['日', '日'],
		['😀', '😀'],
	])('%j is %s', async (bytes, name) => {
		expect(await names(bytes)).toEqual([name]);
	});

	test('have the text that they type, and control keys type nothing', async () => {
		expect(await heard('aé \u0001\u001bx\r\u001b[A')).toEqual([
			{kind: 'key', key: 'a', text: 'a'},
			{kind: 'key', key: 'é', text: 'é'},
			{kind: 'key', key: 'space', text: ' '},
			{kind: 'key', key: 'ctrl-a', text: ''},
			{kind: 'key', key: 'alt-x', text: ''},
			{kind: 'key', key: 'enter', text: ''},
			{kind: 'key', key: 'up', text: ''},
		]);
	});
});

describe('the mouse', () => {
	test.each([
		['\u001b[<0;1;1M', {kind: 'click', column: 0, row: 0}],
		['\u001b[<0;120;45M', {kind: 'click', column: 119, row: 44}],
		['\u001b[<64;3;4M', {kind: 'wheel', column: 2, row: 3, by: -1}],
		['\u001b[<65;3;4M', {kind: 'wheel', column: 2, row: 3, by: 1}],
	])('%j', async (bytes, input) => {
		expect(await heard(bytes)).toEqual([input]);
	});

	test('button releases, other buttons, and drags are ignored', async () => {
		expect(await heard('\u001b[<0;1;1m\u001b[<1;1;1M\u001b[<2;1;1M\u001b[<32;1;1M\u001b[<66;1;1M')).toEqual([]);
	});

	test('a report between keys keeps its position', async () => {
		expect(await names('ab\u001b[<0;1;1Mc\u001b[<64;1;1M\u001b[A')).toEqual(['a', 'b', 'click', 'c', 'wheel', 'up']);
	});

	test('a report that is split anywhere into two chunks is one report', async () => {
		const report = '\u001b[<0;12;34M';
		for (let at = 1; at < report.length; at++)
			expect(await heard(`x${report.slice(0, at)}`, `${report.slice(at)}y`)).toEqual([
				{kind: 'key', key: 'x', text: 'x'},
				{kind: 'click', column: 11, row: 33},
				{kind: 'key', key: 'y', text: 'y'},
			]);
	});
});

describe('a paste', () => {
	test('is one input with its line breaks, and no key', async () => {
		expect(await heard('\u001b[200~rm -rf\r\nq\u0003\u001b[201~q')).toEqual([
			{kind: 'paste', text: 'rm -rf\r\nq\u0003'},
			{kind: 'key', key: 'q', text: 'q'},
		]);
	});

	test('that is split anywhere into two chunks is one paste', async () => {
		const paste = '\u001b[200~ab\u001b[201~';
		for (let at = 1; at < paste.length; at++)
			expect(await heard(`x${paste.slice(0, at)}`, `${paste.slice(at)}y`)).toEqual([
				{kind: 'key', key: 'x', text: 'x'},
				{kind: 'paste', text: 'ab'},
				{kind: 'key', key: 'y', text: 'y'},
			]);
	});

	test('can contain mouse reports, which are not clicks, even if it is split after one', async () => {
		const text = 'a\u001b[<0;1;1Mb';
		expect(await heard(`\u001b[200~${text}\u001b[201~`)).toEqual([{kind: 'paste', text}]);
		expect(await heard(`\u001b[200~${text}`, '\u001b[201~')).toEqual([{kind: 'paste', text}]);
	});

	test('that is too long loses its middle, and no part of it becomes keys', async () => {
		const chunks = Array.from({length: 40}, () => 'q'.repeat(8192));
		const inputs = await heard('\u001b[200~', ...chunks, '\u001b[20', '1~x');
		expect(inputs.map(({kind}) => kind)).toEqual(['paste', 'key']);
		const [paste] = inputs;
		expect(paste?.kind === 'paste' && paste.text.length).toBeGreaterThan(60_000);
		expect(paste?.kind === 'paste' && paste.text.length).toBeLessThan(70_000);
	});
});

test('a character that is split into two chunks is one character', async () => {
	const bytes = Buffer.from('😀é');
	for (let at = 1; at < bytes.length; at++)
		expect(await names(bytes.subarray(0, at), bytes.subarray(at))).toEqual(['😀', 'é']);
	const paste = Buffer.from('\u001b[200~日\u001b[201~');
	expect(await heard(paste.subarray(0, 7), paste.subarray(7))).toEqual([{kind: 'paste', text: '日'}]);
});

test('a key of several bytes that is split into two chunks is one key', async () => {
	for (const [bytes, name] of [
		['\u001b[A', 'up'],
		['\u001b[24~', 'f12'],
		['\u001b[1;5C', 'ctrl-right'],
	] as const)
		expect(await names(bytes.slice(0, 1), bytes.slice(1))).toEqual([name]);
});

test('escape and then a key are two keys if there is time between them', async () => {
	const inputs: Input[] = [];
	const read = inputReader(input => inputs.push(input));
	read('\u001b');
	await vi.waitFor(() => expect(inputs).toHaveLength(1));
	read('a');
	await vi.waitFor(() => expect(inputs).toHaveLength(2));
	expect(inputs.map(input => input.kind === 'key' && input.key)).toEqual(['esc', 'a']);
});
