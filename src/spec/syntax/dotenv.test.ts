import fc from 'fast-check';
import {expect, test} from 'vitest';
import {dotenvLookup, parseDotenv} from './dotenv.ts';

const none = () => undefined;

function valuesOf(text: string): Record<string, string | undefined> {
	const {entries} = parseDotenv(text);
	const lookup = dotenvLookup(entries, none);
	return Object.fromEntries(entries.map(({name}) => [name, lookup(name)?.value]));
}

test('an env file is read like Docker does', () => {
	const text = `# comment
A=1
export B = two words # comment
C='single $A # kept'
D="double $A\\n\\$A" # comment
E=
F="over
two lines"
G=\${A:-x}\${H:-y}
I=a#b\r
`;
	expect(valuesOf(text)).toEqual({
		A: '1',
		B: 'two words',
		C: 'single $A # kept',
		D: 'double 1\n$A',
		E: '',
		F: 'over\ntwo lines',
		G: '1y',
		I: 'a#b',
	});
	expect(parseDotenv(text).entries.map(({name, line}) => `${name}:${line}`)).toEqual([
		'A:2',
		'B:3',
		'C:4',
		'D:5',
		'E:6',
		'F:7',
		'G:9',
		'I:10',
	]);
});

// What compose-go makes of these lines.
test.each([
	['FOO=bar', 'bar'],
	['FOO =bar', 'bar'],
	['FOO= bar', 'bar'],
	['FOO="bar"', 'bar'],
	["FOO='bar'", 'bar'],
	['FOO="escaped\\"bar"', 'escaped"bar'],
	["FOO='escaped\\'bar'", "escaped'bar"],
	["FOO='keeps \\n and \\\\'", 'keeps \\n and \\\\'],
	['FOO="\'d\'"', "'d'"],
	['FOO: 1', '1'],
	['FOO: Foo=bar', 'Foo=bar'],
	['FOO=1:B', '1:B'],
	['export FOO=2', '2'],
	["export FOO='\\n'", '\\n'],
	['\texport\tFOO=2', '2'],
	['FOO="bar\\nbaz"', 'bar\nbaz'],
	['FOO="a\\tb\\vc\\ad\\q"', 'a\tb\vc\x07d\\q'],
	['FOO=foobar=', 'foobar='],
	['FOO=bar ', 'bar'],
	['FOO=bar # this is foo', 'bar'],
	['FOO=bar# this is foo', 'bar# this is foo'],
	['FOO=#secret', '#secret'],
	['FOO="bar#baz" # comment', 'bar#baz'],
	["FOO='ba#r'", 'ba#r'],
	['FOO=one two', 'one two'],
	['FOO=è', 'è'],
	['FOO=', ''],
	['FOO=\'{"a": "b"}\'', '{"a": "b"}'],
	['FOO="{\\"a\\": 1}"', '{"a": 1}'],
	['FOO="a\nb"', 'a\nb'],
	["FOO='a\nb'", 'a\nb'],
	['FOO=bar\r', 'bar'],
	['A=x\nFOO=${A}y', 'xy'],
	["A=x\nFOO='${A}y'", '${A}y'],
	['A=x\nFOO="\\$A \\${A} $A"', '$A ${A} x'],
	['FOO=$NONE', ''],
	['FOO=${NONE:-b}', 'b'],
	['FOO=${NONE:-${NONE-c}}', 'c'],
])('%j gives FOO the value %j', (text, value) => {
	expect(valuesOf(text)['FOO']).toBe(value);
});

test.each(['FOO.BAR', 'FOO-BAR', 'foo', '1FOO', 'FOO[0]', 'FÖÖ'])('%s is a name', name => {
	expect(parseDotenv(`${name}=1`).entries).toMatchObject([{name, value: '1'}]);
});

test('a bare name has no value', () => {
	expect(parseDotenv('A\n').entries).toMatchObject([{name: 'A', value: undefined}]);
});

test('raw values stay unchanged', () => {
	expect(parseDotenv('A="x" # $B\n', 'raw').entries).toMatchObject([{value: '"x" # $B', expands: false}]);
});

test('an invalid line is reported with its place', () => {
	expect(parseDotenv('A=1\n  B C\nD="x\n').problems).toMatchObject([
		{offset: 6, length: 3, problem: '`B C` is not `NAME=value`'},
		{offset: 12, problem: 'the quote is not closed'},
	]);
});

test('any text is read or refused', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), text => {
			const lines = text.split('\n').length;
			expect(parseDotenv(text).entries.every(({line}) => line >= 1 && line <= lines)).toBe(true);
		}),
	);
});
