import {execFileSync} from 'node:child_process';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {wrapCommand, wrapWords} from './wrap.ts';

test('prose is broken at blanks', () => {
	expect(wrapWords('one two three  four', 9, stringWidth)).toEqual(['one two', 'three', 'four']);
	expect(wrapWords('averyveryverylongword x', 5, stringWidth)).toEqual(['averyveryverylongword', 'x']);
	expect(wrapWords('', 5, stringWidth)).toEqual([]);
});

test('a command that fits stays on one line, and a multi-line command is never wrapped', () => {
	expect(wrapCommand('mount -a', 8, stringWidth)).toEqual(['mount -a']);
	expect(wrapCommand('cat <<end\na long line here\nend', 10, stringWidth)).toEqual([
		'cat <<end',
		'a long line here',
		'end',
	]);
});

test('a wrapped command gives a shell the same words', () => {
	const command = `printf '<%s>' one 'two  three' "four \\" five" si\\ x seven=\${HOME:+'a b'} eight "it's"`;
	const lines = wrapCommand(command, 24, stringWidth);
	expect(lines.length).toBeGreaterThan(3);
	const run = (text: string) => execFileSync('sh', ['-c', text], {encoding: 'utf8'});
	expect(run(lines.join('\n'))).toBe(run(command));
});
