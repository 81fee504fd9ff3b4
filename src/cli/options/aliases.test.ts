import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const aliases = {
	ls: ['ps', '-a', '-q'],
	ps: ['gc'],
	loop: ['ls'],
	odd: ['pss'],
	quiet: ['ps', '--format', '\u001b[31m'],
};
const engine = {toolConfig: async () => ({limits: {}, bestEffort: false, origin: null, aliases})};

test('an alias expands to its words and takes further arguments', async () => {
	expect(await tsbox('ls', {engine})).toMatchObject({status: 0, out: 'demo\n'});
	expect((await tsbox('--store /s ls --json', {engine})).calls[0]).toEqual(['openFolders', {store: '/s'}]);
});

test('an alias cannot replace a verb or expand to an alias', async () => {
	expect((await tsbox('ps', {engine})).calls.map(([name]) => name)).toEqual(['openFolders', 'list']);
	expect(await tsbox('loop', {engine})).toMatchObject({status: 2, err: expect.stringContaining('no verb "ls"')});
	expect(await tsbox('odd', {engine})).toMatchObject({status: 2, err: expect.stringContaining('ps')});
});

test('help shows aliases, escaped, and their expansion', async () => {
	const {out} = await tsbox('--help', {engine});
	expect(out).toMatch(/\n  ls +tsbox ps -a -q/);
	expect(out).not.toContain('\u001b');
	expect(out.match(/\n {2}gc /g)).toHaveLength(1);
	expect((await tsbox('help ls', {engine})).out).toBe('ls stands for: tsbox ps -a -q\n');
});

test('help works with a broken configuration', async () => {
	const broken = {toolConfig: () => Promise.reject(new Error('broken'))};
	expect(await tsbox('--help', {engine: broken})).toMatchObject({status: 0});
});

test('the theme of the configuration sets the colors, and FORCE_COLOR overrides it', async () => {
	const themed = (theme: 'light' | 'none') => ({
		...engine,
		toolConfig: async () => ({limits: {}, bestEffort: false, origin: null, theme}),
	});
	const plan = async (theme: 'light' | 'none', env: Record<string, string>) =>
		(await tsbox('plan demo.yaml', {engine: themed(theme), terminals: ['stdout'], env})).out;
	expect(await plan('none', {})).not.toContain('\u001b');
	expect(await plan('none', {FORCE_COLOR: '1'})).toContain('\u001b');
	expect(await plan('light', {})).toContain('\u001b[34m');
	expect(await plan('light', {NO_COLOR: '1'})).not.toContain('\u001b');
});
