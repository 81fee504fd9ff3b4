import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

test.each(['--help', 'plan --help', 'plan --explain demo.yaml', 'inspect demo'])(
	'long output uses the pager: %s',
	async line => {
		const terminals = ['stdout'] as const;
		expect((await tsbox(line, {terminals})).out).toMatch(/^\(paged\)/);
		expect((await tsbox(`--no-pager ${line}`, {terminals})).out).not.toContain('(paged)');
	},
);

test.each(['ps', 'plan --json demo.yaml', 'version'])('short output and data use no pager: %s', async line => {
	expect((await tsbox(line, {terminals: ['stdout']})).out).not.toContain('(paged)');
});
