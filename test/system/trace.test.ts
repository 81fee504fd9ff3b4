import {appendFileSync, copyFileSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';

const root = process.getuid?.() === 0;

/** The categories of the trace lines in a text. */
function categoriesIn(text: string): readonly string[] {
	return [...new Set([...text.matchAll(/^ *\d+\.\d ms {2}(\w+) /gm)].map(([, category = '']) => category))].sort();
}

describe.skipIf(!root)('TSBOX_DEBUG', () => {
	test('prints programs, steps, the gate and cgroups of a start, and no value of the environment', async () => {
		await using at = await testBox();
		const spec = at.spec('command: [echo, hello]\nenvironment:\n  TOKEN: s3cret\n');
		const {status, out, err} = await at.tsbox(['up', '--plain', '-T', spec], {env: {TSBOX_DEBUG: 'all'}});
		expect(status).toBe(0);
		expect(out).toBe('hello\n');
		expect(categoriesIn(err)).toEqual(expect.arrayContaining(['cgroup', 'gate', 'programs', 'steps']));
		expect(err).toMatch(/steps +begin rootfs\.layer \(host\): mkdir /);
		expect(err).toMatch(/gate +opened: echo hello\n/);
		expect(err).toMatch(/steps +undone rootfs\.layer/);
		expect(err).not.toContain('s3cret');
	});

	test('goes on in the supervisor that is started, whose trace is in its file', async () => {
		await using at = await testBox();
		const rootfs = join(at.folder, 'other.tar');
		copyFileSync(at.rootfs, rootfs);
		// Zeros after the end mark: another digest, so that it is unpacked.
		appendFileSync(rootfs, Buffer.alloc(10_240));
		const spec = at.file('spec.yaml', `name: ${at.name}\nrootfs: ${rootfs}\ncommand: [sleep, "60"]\n`);
		const {status, err} = await at.tsbox(['up', '-d', spec], {env: {TSBOX_DEBUG: 'all'}});
		expect({status, err}).toMatchObject({status: 0});
		expect(err).toMatch(/supervisor +ask .*: up\n/);
		const said = readFileSync(join(at.folder, 'state/projects', at.name, 'said'), 'utf8');
		expect(categoriesIn(said)).toEqual(['cgroup', 'gate', 'images', 'programs', 'steps', 'supervisor']);
		expect((await at.tsbox(['down', '-t', '0', spec])).status).toBe(0);
	});

	test('without it nothing is traced', async () => {
		await using at = await testBox();
		const {err} = await at.tsbox(['up', '--plain', '-T', at.spec('command: ["true"]\n')]);
		expect(categoriesIn(err)).toEqual([]);
	});
});
