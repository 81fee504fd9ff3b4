import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {pagerOf, showPaged} from './pager.ts';

test.each([
	[{}, 'less'],
	[{PAGER: 'more'}, 'more'],
	[{PAGER: 'more', TSBOX_PAGER: 'most -x'}, 'most -x'],
	[{PAGER: 'cat'}, undefined],
	[{PAGER: 'more', TSBOX_PAGER: ''}, undefined],
])('for %j the pager is %s', (env, pager) => {
	expect(pagerOf(env)).toBe(pager);
});

test('a pager is a shell command, and less quits when the text fits', async () => {
	const dir = mkdtempSync(join(tmpdir(), 'tsbox-pager-'));
	const {PATH = ''} = process.env;
	expect(await showPaged(`(echo "$LESS"; cat) > '${dir}/shown'`, 'text\n', {PATH})).toBe(true);
	expect(readFileSync(`${dir}/shown`, 'utf8')).toBe('FRX\ntext\n');
	rmSync(dir, {recursive: true});
});

test('a missing pager shows nothing, and leaving a pager early is no error', async () => {
	expect(await showPaged('exec 2>/dev/null; no-such-pager', 'x', {PATH: '/nowhere'})).toBe(false);
	expect(await showPaged('true', 'x'.repeat(1_000_000), {PATH: process.env['PATH']})).toBe(true);
});
