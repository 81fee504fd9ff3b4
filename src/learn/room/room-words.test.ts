import {expect, test} from 'vitest';
import {wordFilter} from './room-words.ts';

function filter(...chunks: readonly string[]) {
	const told: string[] = [];
	let shown = '';
	const pass = wordFilter({
		show: bytes => (shown += bytes.toString('latin1')),
		word: (word, args) => told.push([word, ...args].join(' ')),
		prompt: () => told.push('prompt'),
	});
	for (const [index, chunk] of chunks.entries()) {
		if (index > 0) shown += '|';
		pass(Buffer.from(chunk));
	}
	return {shown: Buffer.from(shown, 'latin1').toString(), told};
}

test('words and marks of prompts are cut out, and all else stays', () => {
	expect(filter('a\u001b]777;tsbox;hint \u0007b\u001b]133;A\u001b\\c\u001b[1md\u001b]0;title\u0007é')).toEqual({
		shown: 'abc\u001b[1md\u001b]0;title\u0007é',
		told: ['hint', 'prompt'],
	});
	expect(filter('\u001b]133;B\u0007$ ')).toEqual({shown: '$ ', told: []});
});

test('a word has arguments, in any alphabet', () => {
	expect(filter('\u001b]777;tsbox;answer 4026531836 größe\u0007').told).toEqual(['answer 4026531836 größe']);
});

test('a word that arrives byte by byte is one word, and nothing of it is shown', () => {
	const bytes = 'x\u001b]777;tsbox;next\u0007y\u001b]133;A\u0007z'.split('');
	expect(filter(...bytes)).toMatchObject({told: ['next', 'prompt']});
	expect(filter(...bytes).shown.replaceAll('|', '')).toBe('xyz');
});

test('another sequence that arrives in pieces is complete', () => {
	expect(filter('\u001b', '[A\u001b]', '0;7', 't\u0007').shown).toBe('|\u001b[A||\u001b]0;7t\u0007');
});

test('a name that is no word tells nothing', () => {
	expect(filter('\u001b]777;tsbox;rm -rf\u0007\u001b]777;tsbox;constructor\u0007')).toEqual({shown: '', told: []});
});

test('a word without an end holds nothing back for ever', () => {
	const {shown, told} = filter(`\u001b]777;tsbox;${'x'.repeat(5000)}`, 'then text');
	expect([shown.length > 5000, told]).toEqual([true, []]);
});
