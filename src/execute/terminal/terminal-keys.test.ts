import {expect, test} from 'vitest';
import {type TerminalKeys, terminalKeys} from './terminal-keys.ts';

/** Types texts, each after the previous one was handled. Gives the messages, and `(out)` for leaving. */
async function type(texts: readonly string[], changes: Partial<TerminalKeys> = {}): Promise<readonly string[]> {
	const said: string[] = [];
	const typed = terminalKeys({
		detachKeys: [16, 17],
		deaf: async () => ({name: 'sleep', isFirst: true}),
		does: 'stops it',
		beforeLeaving: keys => `sure? ${keys}`,
		say: text => void said.push(text),
		leave: () => void said.push('(out)'),
		...changes,
	});
	for (const text of texts) {
		typed(Buffer.from(text, 'latin1'));
		await new Promise(setImmediate);
	}
	return said;
}

const told = 'sleep ignores Ctrl-C (it is process 1); Ctrl-C once more stops it';

test('the second ignored Ctrl-C in a row shows a message, and the third leaves', async () => {
	expect(await type(['\x03'])).toEqual([]);
	expect(await type(['\x03', '\x03'])).toEqual([told]);
	expect(await type(['\x03\x03\x03'])).toEqual([told]);
	expect(await type(['\x03', '\x03', '\x03'])).toEqual([told, '(out)']);
});

test('any other key resets the count', async () => {
	expect(await type(['\x03', 'a', '\x03'])).toEqual([]);
	expect(await type(['\x03\x03', 'a', '\x03'])).toEqual([told]);
	expect(await type(['\x03\x03a'])).toEqual([]);
});

test('no message appears if a program handles Ctrl-C or if that is unknown', async () => {
	const often = ['\x03', '\x03', '\x03', '\x03'];
	expect(await type(often, {deaf: async () => undefined})).toEqual([]);
	expect(await type(often, {deaf: () => Promise.reject(new Error('gone'))})).toEqual([]);
	expect(await type(often, {deaf: async () => ({name: 'cat', isFirst: false})})).toEqual([
		'cat ignores Ctrl-C; Ctrl-C once more stops it',
		'(out)',
		'(out)',
	]);
});

test('a program that is about to start is checked a second time', async () => {
	const looks: Awaited<ReturnType<TerminalKeys['deaf']>>[] = [undefined, {name: 'sleep', isFirst: true}];
	await expect(
		new Promise<string>(say => {
			void type(['\x03\x03'], {deaf: async () => looks.shift(), say});
		}),
	).resolves.toBe(told);
});

test('the detach keys show what leaving means, and leave if they are repeated at once', async () => {
	expect(await type(['\x10\x11'])).toEqual(['sure? Ctrl-P Ctrl-Q']);
	expect(await type(['\x10', '\x11', '\x10\x11'])).toEqual(['sure? Ctrl-P Ctrl-Q', '(out)']);
	expect(await type(['\x10\x11', 'x', '\x10\x11'])).toEqual(['sure? Ctrl-P Ctrl-Q', 'sure? Ctrl-P Ctrl-Q']);
	expect(await type(['\x10x\x11'])).toEqual([]);
});
