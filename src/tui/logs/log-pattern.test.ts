import {expect, test} from 'vitest';
import {type ParsedPattern, parsePattern} from './log-pattern.ts';

function found(source: string, text: string): readonly string[] {
	const parsed: ParsedPattern = parsePattern(source);
	if (parsed.kind !== 'pattern') throw new Error(parsed.kind);
	const {isIn, rangesIn} = parsed.pattern;
	// Test twice, because the pattern must not remember the previous text.
	const isThere = [isIn(text), isIn(text)];
	const texts = rangesIn(text).map(([start, end]) => text.slice(start, end));
	expect(isThere).toEqual([texts.length > 0, texts.length > 0]);
	return texts;
}

test('a text matches literally, even if it looks like an expression', () => {
	expect(found('a.c', 'abc a.c A.C')).toEqual(['a.c', 'A.C']);
	expect(found('[x]($)', 'y [x]($)')).toEqual(['[x]($)']);
	expect(found('/var', 'in /var/log')).toEqual(['/var']);
});

test('case matters only if the pattern has a capital letter', () => {
	expect(found('error', 'Error ERROR error')).toHaveLength(3);
	expect(found('Error', 'Error ERROR error')).toEqual(['Error']);
	expect(found('/\\Sx/', 'ax AX')).toEqual(['ax', 'AX']);
	expect(found('/[A-Z]x/', 'ax Ax')).toEqual(['Ax']);
});

test('text between slashes is an expression', () => {
	expect(found('/\\d+ ms/', 'took 12 ms, then 345 ms')).toEqual(['12 ms', '345 ms']);
	expect(found('/GET|POST/', 'GET /x')).toEqual(['GET']);
});

test('an empty pattern and an invalid expression are distinguished', () => {
	expect(parsePattern('')).toEqual({kind: 'none'});
	expect(parsePattern('/(/')).toEqual({kind: 'bad', problem: 'Unterminated group'});
	expect(parsePattern('//').kind).toBe('pattern');
	expect(parsePattern('/').kind).toBe('pattern');
});

test('empty matches are not highlighted', () => {
	const parsed = parsePattern('/x*/');
	expect(parsed.kind === 'pattern' && parsed.pattern.rangesIn('axxb')).toEqual([[1, 3]]);
});
