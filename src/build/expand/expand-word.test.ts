import {expect, test} from 'vitest';
import {expandWord, type WordRules} from './expand-word.ts';

const values: Readonly<Record<string, string>> = {
	HOME: '/root',
	empty: '',
	path: 'usr/local/lib/file.tar.gz',
	two: 'a b',
	stars: 'a*b?c\\d',
	lines: 'a\nb',
	_x1: 'under',
};
const rules: WordRules = {escape: '\\'};
const expanded = (word: string, more: Partial<WordRules> = {}) =>
	expandWord(word, name => values[name], {...rules, ...more}).text;

test.each([
	['$HOME', '/root'],
	['${HOME}', '/root'],
	['$HOME.txt', '/root.txt'],
	['a$HOME/b${HOME}c', 'a/root/b/rootc'],
	['$_x1-', 'under-'],
	['$nothing', ''],
	['x$', 'x$'],
	['$/x', '$/x'],
	['$1abc', 'abc'],
	['$!x', 'x'],
	['${nothing:-w}', 'w'],
	['${empty:-w}', 'w'],
	['${empty-w}', ''],
	['${nothing-w}', 'w'],
	['${HOME:+w}', 'w'],
	['${empty:+w}', ''],
	['${empty+w}', 'w'],
	['${nothing+w}', ''],
	['${nothing:-${HOME}/x}', '/root/x'],
	['${nothing:-"a}b"}', 'a}b'],
	['${nothing:-a\\}b}', 'a}b'],
	['${HOME:?must be set}', '/root'],
	['${empty?e}', ''],
])('%s gives %s', (word, text) => {
	expect(expanded(word)).toBe(text);
});

test.each([
	['${path#*/}', 'local/lib/file.tar.gz'],
	['${path##*/}', 'file.tar.gz'],
	['${path%.*}', 'usr/local/lib/file.tar'],
	['${path%%.*}', 'usr/local/lib/file'],
	['${path#usr}', '/local/lib/file.tar.gz'],
	['${path#nope}', 'usr/local/lib/file.tar.gz'],
	['${path%?gz}', 'usr/local/lib/file.tar'],
	['${path/l/L}', 'usr/Local/lib/file.tar.gz'],
	['${path//l/L}', 'usr/LocaL/Lib/fiLe.tar.gz'],
	['${path//\\//-}', 'usr-local-lib-file.tar.gz'],
	['${path/l*l/X}', 'usr/Xe.tar.gz'],
	['${path//./}', 'usr/local/lib/filetargz'],
	['${stars#a\\*}', 'b?c\\d'],
	['${stars%\\\\d}', 'a*b?c'],
	['${stars/\\?c/}', 'a*b\\d'],
	['${lines#*b}', 'a\nb'],
	['${nothing#x}', ''],
	['${nothing/x/y}', ''],
])('a pattern: %s gives %s', (word, text) => {
	expect(expanded(word)).toBe(text);
});

test.each([
	["'$HOME'", '$HOME'],
	['"$HOME"', '/root'],
	['\\$HOME', '$HOME'],
	['"\\$HOME"', '$HOME'],
	['"a\\b"', 'a\\b'],
	['a\\b', 'ab'],
	["'a\\b'", 'a\\b'],
	['"it\'s"', "it's"],
	['a"b c"d', 'ab cd'],
	['a\\', 'a'],
])('quotes and escapes: %s gives %s', (word, text) => {
	expect(expanded(word)).toBe(text);
});

test('the escape character is the one of the file', () => {
	expect(expanded('c:\\$HOME`$x', {escape: '`'})).toBe('c:\\/root$x');
});

test('words are split after the expansion, and only at blanks that are not quoted', () => {
	const words = (word: string) => expandWord(word, name => values[name], rules).words;
	expect(words('$two "$two" c\\ d')).toEqual(['a', 'b', 'a b', 'c d']);
	expect(words(' ${empty}  x ')).toEqual(['x']);
});

test('the text of a here-document keeps its quotes, and expands between single quotes too', () => {
	expect(expanded(`'$HOME' "\\$x"`, {plainQuotes: true})).toBe(`'/root' "$x"`);
});

test('names without a value are told, or kept as they are written', () => {
	expect([...expandWord('$a ${b:-x} $HOME', name => values[name], rules).unset]).toEqual(['a', 'b']);
	expect(expanded('$a ${b:-x} ${c} ${d#y}', {keepUnset: true})).toBe('$a ${b:-x} ${c} ${d#y}');
});

test.each([
	['${HOME', '`}` is missing'],
	['${}', 'needs the name'],
	['${:-x}', 'needs the name'],
	['${HOME^}', '`${HOME^` is not an expansion'],
	['${HOME:x}', '`${HOME:x` is not an expansion'],
	['${HOME:-x', '`}` is missing'],
	['${path/x}', '`/` is missing'],
	['"x', 'the closing " is missing'],
	["'x", "the closing ' is missing"],
	['${nothing:?tell me why}', 'tell me why'],
	['${empty:?}', 'empty is empty'],
	['${nothing?}', 'nothing is not set'],
	['${path#\\x}', 'has a backslash before x'],
	['${a:-'.repeat(2000), 'more than 100'],
])('%s is refused', (word, message) => {
	expect(() => expanded(word)).toThrow(message);
});

test('a pattern of many stars takes no long time', () => {
	const long = 'a'.repeat(2000);
	expect(expandWord(`\${x#${'*a'.repeat(50)}b}`, () => long, rules).text).toBe(long);
});
