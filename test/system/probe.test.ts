import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {hostFacts} from '../../src/host/facts/facts-cache.ts';
import {realHost} from '../../src/host/programs/real-host.ts';
import {loadFacts, saveFacts} from '../../src/host/facts/saved-facts.ts';

const host = realHost();
const root = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'tsbox-probe-'));
const folders = {store: join(folder, 'store'), state: join(folder, 'state')};
afterAll(() => rmSync(folder, {recursive: true}));

test('the facts of this machine have the form that is saved, and the probe leaves nothing but its own file', async () => {
	const facts = await hostFacts(host, folders);
	expect(loadFacts(saveFacts(facts), 'facts')).toEqual(facts);
	expect(facts.tools.sh?.path).toMatch(/^\/.*sh$|busybox$/);
	expect(facts.tools.unshare?.flags).toContain('mount');
	expect(readdirSync(folder)).toEqual(['state']);
	expect(readdirSync(folders.state)).toEqual(['facts.json']);
});

test('facts that were kept are the same and are read without running a program', async () => {
	const fresh = await hostFacts(host, folders, {fresh: true});
	const still: typeof host = {...host, run: () => Promise.reject(new Error('a program was run'))};
	expect(await hostFacts(still, folders)).toEqual(fresh);
});

test('a probe that may not write makes nothing', async () => {
	const untouched = {store: join(folder, 'other', 'store'), state: join(folder, 'other')};
	await hostFacts(host, untouched, {write: false});
	expect(readdirSync(folder)).not.toContain('other');
});

test.runIf(root)(
	'a tree is not removed across a mount, be it another filesystem or a bind of the same one',
	async () => {
		for (const options of [
			['-t', 'tmpfs', 'tmpfs'],
			['--bind', join(folder, 'source')],
		]) {
			const tree = mkdtempSync(join(folder, 'tree-'));
			const inside = join(tree, 'a', 'mounted');
			mkdirSync(inside, {recursive: true});
			mkdirSync(join(folder, 'source'), {recursive: true});
			expect(await host.run(['/bin/mount', ...options, inside])).toMatchObject({exitCode: 0});
			try {
				writeFileSync(join(inside, 'precious'), '');
				expect(() => host.removeTree(tree)).toThrow(expect.objectContaining({code: 'EBUSY'}));
				expect(() => host.removeTree(inside)).toThrow(expect.objectContaining({code: 'EBUSY'}));
				expect(readdirSync(inside)).toEqual(['precious']);
			} finally {
				await host.run(['/bin/umount', inside]);
			}
			host.removeTree(tree);
			expect(host.lstat(tree)).toBeUndefined();
		}
	},
);
