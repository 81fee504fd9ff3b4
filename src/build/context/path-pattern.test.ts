import {expect, test} from 'vitest';
import {BadPattern, compilePattern} from './path-pattern.ts';

/** Which of the paths match. Most rows are of Go's own tests: path/filepath/match_test.go. */
const matching = (pattern: string, paths: readonly string[], deep = false) =>
	paths.filter(compilePattern(pattern, {deep}));

test.each([
	['abc', ['abc'], ['ab', 'abcd', 'x/abc']],
	['*', ['abc', '.x', ''], ['a/b']],
	['*c', ['abc', 'c'], ['abd', 'a/c']],
	['a*', ['a', 'abc'], ['ab/c', 'b']],
	['a*/b', ['abc/b'], ['a/c/b', 'ab']],
	['a*b*c*d*e*/f', ['axbxcxdxe/f', 'axbxcxdxexxx/f'], ['axbxcxdxe/xxx/f', 'axbxcxdxexxx/fff']],
	['ab[c]', ['abc'], ['abd']],
	['ab[b-d]', ['abc'], ['abe']],
	['ab[^b-d]', ['abe'], ['abc']],
	['a\\*b', ['a*b'], ['ab', 'axb']],
	['a?b', ['a☺b'], ['a/b', 'ab']],
	['a[^a][^a][^a]b', [], ['a☺b']],
	['[a-ζ]*', ['α'], ['A']],
	['[\\]a]', [']', 'a'], ['b']],
	['[x\\-]', ['x', '-'], ['z']],
	['a[b]c[d]', ['abcd'], ['a[b]c[d]']],
	['**', ['abc'], ['a/b']],
] as const)('%s', (pattern, yes, no) => {
	expect(matching(pattern, [...yes, ...no])).toEqual(yes);
});

test.each(['[]a]', '[-]', '[x-]', '[-x]', '[', '[^', '[^bc', 'a[', '\\', '[a-b-c]'])('%s is no pattern', pattern => {
	expect(() => compilePattern(pattern, {deep: false})).toThrow(BadPattern);
});

test.each([
	['**', ['a', 'a/b', '.x'], []],
	['**/', ['a', 'a/b'], []],
	['a/**', ['a/b', 'a/b/c'], ['a', 'ab/c']],
	['**/*.md', ['x.md', 'a/x.md', 'a/b/x.md'], ['x.mdx']],
	['**/a/b', ['a/b', 'x/a/b'], ['xa/b']],
	['**.go', ['a.go', 'x/a.go'], ['a.goo']],
	['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb']],
	['a**b', ['ab', 'ax/b'], ['axb']],
	['**/[ab].t', ['a.t', 'x/b.t'], ['x/c.t']],
	['x/**/y/**', ['x/y/z', 'x/a/y/z'], ['x/y']],
] as const)('with **: %s', (pattern, yes, no) => {
	expect(matching(pattern, [...yes, ...no], true)).toEqual(yes);
});

test('a pattern of many stars takes no long time', () => {
	expect(compilePattern(`${'*a'.repeat(100)}b`, {deep: false})('a'.repeat(4000))).toBe(false);
	expect(compilePattern(`${'**/a'.repeat(100)}b`, {deep: true})('a/'.repeat(2000))).toBe(false);
});
