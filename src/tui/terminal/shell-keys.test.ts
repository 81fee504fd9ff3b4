import {expect, test, vi} from 'vitest';
import {forProgram, type ShellInput, shellKeys} from './shell-keys.ts';

function heard(...chunks: readonly string[]): readonly unknown[] {
	const inputs: ShellInput[] = [];
	const read = shellKeys(input => inputs.push(input));
	for (const chunk of chunks) read(Buffer.from(chunk));
	return inputs.map(words);
}

const words = (input: ShellInput): unknown =>
	input.kind === 'key'
		? input.key
		: input.kind === 'bytes'
			? {bytes: input.bytes.toString()}
			: [input.button, input.column, input.row, input.end];

test.each([
	['\u001bOP', 'f1'],
	['\u001b[[E', 'f5'],
	['\u001b[11~', 'f1'],
	['\u001b[15~', 'f5'],
	['\u001b[17~', 'f6'],
	['\u001b[21~', 'f10'],
	['\u001b[24~', 'f12'],
	['\u001b[5~', 'pageup'],
	['\u001b[6;2~', 'shift-pagedown'],
])('%j is the key %s', (bytes, key) => {
	expect(heard(bytes)).toEqual([key]);
});

test('all else goes to the shell as it is, around the keys of the screen', () => {
	expect(heard('ls\r\u001bOPé\u001b[A\u0003\u001b[3~')).toEqual([
		{bytes: 'ls\r'},
		'f1',
		{bytes: 'é\u001b[A\u0003\u001b[3~'},
	]);
	expect(heard('\u001b[200~pasted\u001b[201~')).toEqual([{bytes: '\u001b[200~'}, {bytes: 'pasted\u001b[201~'}]);
});

test('a key that arrives in pieces is one key; a report of the mouse has its place', () => {
	expect(heard('\u001b', '[', '2', '1~')).toEqual(['f10']);
	expect(heard('\u001b[<64;5;7M')).toEqual([[64, 4, 6, 'M']]);
});

test('Esc alone reaches the shell', async () => {
	const inputs: ShellInput[] = [];
	shellKeys(input => inputs.push(input))(Buffer.from('\u001b'));
	await vi.waitFor(() => expect(inputs.map(words)).toEqual([{bytes: '\u001b'}]));
});

test('a program gets the cursor keys and marks of pasted text that it asked for', () => {
	const modes = {alternate: false, mouse: false};
	const keys = Buffer.from('\u001b[200~a\u001b[201~\u001b[A\u001b[1;5A');
	expect(String(forProgram(keys, {...modes, applicationCursor: false, bracketedPaste: false}))).toBe(
		'a\u001b[A\u001b[1;5A',
	);
	expect(String(forProgram(keys, {...modes, applicationCursor: true, bracketedPaste: true}))).toBe(
		'\u001b[200~a\u001b[201~\u001bOA\u001b[1;5A',
	);
});
