import fc from 'fast-check';
import {expect, test} from 'vitest';
import {interpolate, type Lookup} from './interpolate.ts';

const lookup: Lookup = name =>
	({FOO: {value: 'foo', from: 'environment'} as const, EMPTY: {value: '', from: '.env'} as const})[name];

test.each([
	['plain', 'plain'],
	['$FOO-bar', 'foo-bar'],
	['a${FOO}b', 'afoob'],
	['$$FOO $${FOO}', '$FOO ${FOO}'],
	['${EMPTY}', ''],
	['${FOO:-d}', 'foo'],
	['${EMPTY:-d}', 'd'],
	['${EMPTY-d}', ''],
	['${NONE-d}', 'd'],
	['${NONE:-}', ''],
	['${NONE:-/a:-b?c}', '/a:-b?c'],
	['${NONE:-${FOO} ${EMPTY:-${NONE:-x}}}', 'foo x'],
	['${NONE:-$$}', '$'],
	['${FOO:+r}', 'r'],
	['${EMPTY:+r}', ''],
	['${EMPTY+r}', 'r'],
	['${NONE+r}', ''],
	['${FOO:?m}', 'foo'],
	['${EMPTY?m}', ''],
	['x ${NONE}$NONE', 'x '],
	['a $} $1 $(date) $', 'a $} $1 $(date) $'],
])('%s becomes "%s"', (text, value) => {
	expect(interpolate(text, lookup)).toMatchObject({ok: true, value});
});

test.each([
	['${', 0, '`${` is not closed'],
	['a ${FOO:-b', 2, '`${` is not closed'],
	['${}', 0, '`${}` is not a form of a variable'],
	['${ FOO}', 0, '`${ FOO}` is not a form of a variable'],
	['${FOO }', 0, '`${FOO }` is not a form of a variable'],
	['${FOO!}', 0, '`${FOO!}` is not a form of a variable'],
	['${NONE?}', 0, '`NONE` is not set'],
	['${EMPTY:?say ${FOO}}', 0, '`EMPTY` is empty: say foo'],
])('%s is refused at %d', (text, offset, problem) => {
	expect(interpolate(text, lookup)).toMatchObject({ok: false, offset, problem});
});

test('each variable is returned with the source of its value', () => {
	expect(interpolate('$FOO ${EMPTY} ${A:-${B-x}} ${C+y}', lookup)).toMatchObject({
		variables: [
			{name: 'FOO', from: 'environment'},
			{name: 'EMPTY', from: '.env'},
			{name: 'A', from: 'default'},
			{name: 'B', from: 'default'},
			{name: 'C', from: 'unset'},
		],
	});
});

test('an unused operand is not filled in, but its syntax is checked', () => {
	expect(interpolate('${FOO:-${NONE}}', lookup)).toMatchObject({ok: true, value: 'foo'});
	expect(interpolate('${FOO:-${1}}', lookup)).toMatchObject({ok: false});
});

test('text with each $ doubled comes back unchanged', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), text => {
			expect(interpolate(text.replaceAll('$', '$$$$'), lookup)).toMatchObject({ok: true, value: text});
		}),
	);
});

test('any string is filled in, or refused with a place inside it', () => {
	const piece = fc.constantFrom('$', '{', '}', ':', '-', '?', '+', 'FOO', 'NONE', ' ', '${', '${FOO:-');
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string(),
				fc.array(piece).map(pieces => pieces.join('')),
			),
			text => {
				const filled = interpolate(text, lookup);
				expect(
					filled.ok || (filled.offset >= 0 && filled.length > 0 && filled.offset + filled.length <= text.length),
				).toBe(true);
			},
		),
	);
});

test('excessive nesting is refused and does not overflow the stack', () => {
	expect(interpolate('${A:-'.repeat(100_000), lookup)).toMatchObject({
		ok: false,
		problem: 'variables are nested too deep',
	});
});
