import {expect, test} from 'vitest';
import {hasColour, theme} from './theme.ts';

test.each([
	['a terminal', {}, true, true],
	['a pipe', {}, false, false],
	['a terminal with NO_COLOR', {NO_COLOR: '1'}, true, false],
	['a terminal with an empty NO_COLOR', {NO_COLOR: ''}, true, true],
	['a pipe with FORCE_COLOR', {FORCE_COLOR: '1'}, false, true],
	['a terminal with FORCE_COLOR=0', {FORCE_COLOR: '0'}, true, false],
	['FORCE_COLOR against NO_COLOR', {FORCE_COLOR: '1', NO_COLOR: '1'}, false, true],
	['a dumb terminal', {TERM: 'dumb'}, true, false],
	['a CI job', {CI: 'true'}, true, false],
])('colours on %s', (_, env, isTerminal, expected) => {
	expect(hasColour(env, isTerminal)).toBe(expected);
});

test('a theme without colors leaves text plain, a theme with colors does not', () => {
	expect(theme(false).failed('no')).toBe('no');
	expect(theme(true).failed('no')).toContain('\u001b[31m');
});
