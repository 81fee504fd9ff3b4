import fc from 'fast-check';
import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {bytesWord, escapeWord, sameInputs, unescapeWord, views} from './input-lines.ts';

test('a word is printable ASCII without a space, and gives its text back', () => {
	expect(escapeWord('a b%\n\tü𝄞')).toBe('a%20b%25%0A%09%C3%BC%F0%9D%84%9E');
	expect(escapeWord('')).toBe('');
	fc.assert(
		fc.property(fc.string({unit: 'grapheme'}), text => {
			expect(escapeWord(text)).toMatch(/^[!-$&-~]*(?:%[0-9A-F]{2}[!-$&-~]*)*$/);
			expect(unescapeWord(escapeWord(text))).toBe(text);
		}),
	);
	fc.assert(
		fc.property(fc.uint8Array(), bytes => {
			const word = bytesWord(Buffer.from(bytes));
			const back = word.replaceAll(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
			expect(Buffer.from(back, 'latin1')).toEqual(Buffer.from(bytes));
		}),
	);
});

test('only the parts of kernel files that stay the same are looked at', () => {
	const status = 'Name:\tnode\nUid:\t0\t0\t0\t0\nVmRSS:\t1 kB\nGroups:\t1 2 \nCapEff:\t01\n';
	expect(views['/proc/self/status']?.(status)).toBe('Uid:\t0\t0\t0\t0\nGroups:\t1 2 \nCapEff:\t01');
	expect(views['/proc/meminfo']?.('MemTotal:  7 kB\nMemFree:  1 kB\n')).toBe('MemTotal:  7 kB');
	const limits = (soft: string) =>
		`Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}   4096    files \n`;
	expect(views['/proc/self/limits']?.(limits('1024'))).toBe(views['/proc/self/limits']?.(limits('4096')));
	expect(views['/proc/self/limits']?.(limits('1024'))).not.toBe(
		views['/proc/self/limits']?.(limits('1024').replace('4096', '4097')),
	);
});

test('each kind of line says whether the machine still gives its answer', () => {
	const host = {...recordingHost({'/a': 'x y', '/folder/b': '', '/folder/c': ''}), readlink: () => 'to'};
	const lines = [
		'text /a =x%20y',
		'text /none -',
		'text /folder !EISDIR',
		'view /a =x%20y',
		'trusted /a =x%20y',
		'trusted /none !ENOENT',
		'bytes /a 2 5 =y',
		'stat /a kind,size,mode,uid,device =file,3,33188,0,-',
		'stat /a . =',
		'stat /none . -',
		'lstat /folder kind =directory',
		'real /a =/a',
		'real /none -',
		'link /a =to',
		'list /folder =b/c',
		'list /none =',
		'env A =1',
		'env B -',
	];
	for (const line of lines) expect([line, sameInputs([line], host, {A: '1'})]).toEqual([line, true]);
	for (const line of lines) {
		const other = line.replace(/(?<=.) (?:-|!\w+|=\S*)$/, ' =other');
		expect([other, sameInputs([lines[0] ?? '', other], host, {A: '1'})]).toEqual([other, false]);
	}
	// What another version wrote.
	expect(sameInputs(['unknown /a =1'], host, {})).toBe(false);
	expect(sameInputs([''], host, {})).toBe(false);
});
