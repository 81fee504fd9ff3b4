import {expect, test} from 'vitest';
import {type ParsedPattern, parsePattern} from './log-pattern.ts';

function found(source: string, text: string): readonly string[] {
	const parsed: ParsedPattern = parsePattern(source);
	if (parsed.kind !== 'pattern') throw new Error(parsed.kind);
	const {isIn, rangesIn} = parsed.pattern;
	// Asked several times: it has no memory of the last text.
	const isThere = [isIn(text), isIn(text)];
	const texts = rangesIn(text).map(([start, end]) => text.slice(start, end));
	expect(isThere).toEqual([texts.length > 0, texts.length > 0]);
	return texts;
}

test('a text is found as it is, whatever it means in an expression', () => {
	expect(found('a.c', 'abc a.c A.C')).toEqual(['a.c', 'A.C']);
	expect(found('[x]($)', 'y [x]($)')).toEqual(['[x]($)']);
	expect(found('/var', 'in /var/log')).toEqual(['/var']);
});

test('case counts only where a capital is asked for', () => {
	expect(found('error', 'Error ERROR error')).toHaveLength(3);
	expect(found('Error', 'Error ERROR error')).toEqual(['Error']);
	expect(found('/\\Sx/', 'ax AX')).toEqual(['ax', 'AX']);
	expect(found('/[A-Z]x/', 'ax Ax')).toEqual(['Ax']);
});

test('between slashes is an expression', () => {
	expect(found('/\\d+ ms/', 'took 12 ms, then 345 ms')).toEqual(['12 ms', '345 ms']);
	expect(found('/GET|POST/', 'GET /x')).toEqual(['GET']);
});

test('nothing, and an expression that is none, are told apart', () => {
	expect(parsePattern('')).toEqual({kind: 'none'});
	expect(parsePattern('/(/')).toEqual({kind: 'bad', problem: 'Unterminated group'});
	expect(parsePattern('//').kind).toBe('pattern');
	expect(parsePattern('/').kind).toBe('pattern');
});

test('an expression that fits nothing at all marks nothing', () => {
	const parsed = parsePattern('/x*/');
	expect(parsed.kind === 'pattern' && parsed.pattern.rangesIn('axxb')).toEqual([[1, 3]]);
});
