import {existsSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';

/* Paths that people name and that cannot be: what is said of each, and that nothing stays. */

test('a spec behind links that lead in a circle', async () => {
	await using at = await testBox();
	const loop = join(at.folder, 'loop.yaml');
	symlinkSync(loop, loop);
	for (const verb of ['up', 'validate'])
		expect(await at.tsbox([verb, loop])).toMatchObject({
			err: expect.stringContaining('symlinks form a loop (ELOOP)'),
		});
});

test('a bind source that is missing and is not to be made', async () => {
	await using at = await testBox();
	const bind = '{type: bind, source: ./no, target: /x, bind: {create_host_path: false}}';
	const {status, err} = await at.tsbox(['up', at.spec(`volumes: [${bind}]\n`)]);
	expect(status).toBe(125);
	expect(err).toContain(
		`error: the mount source ${at.folder}/no does not exist\n  cause    it is the source of the mount on /x\n`,
	);
	expect(at.leftovers()).toEqual([]);
});

test('a bind source that is missing is made for a service, and only there', async () => {
	await using at = await testBox();
	const service = `{rootfs: ${at.rootfs}, command: [touch, /x/made], volumes: ['./a/b:/x']}`;
	const project = at.file('compose.yaml', `name: ${at.name}\nservices: {web: ${service}}\n`);
	expect(await at.tsbox(['up', project])).toMatchObject({status: 0});
	expect(existsSync(join(at.folder, 'a/b/made'))).toBe(true);
	expect(await at.tsbox(['up', at.spec('volumes: [./c:/x]\n')])).toMatchObject({status: 125});
	expect(await at.tsbox(['run', '-v', './c:/x', at.spec(), '--', 'true'])).not.toMatchObject({status: 0});
	expect(existsSync(join(at.folder, 'c'))).toBe(false);
	expect(at.leftovers()).toEqual([]);
});

test('a folder that is to be mounted on a file of the image', async () => {
	await using at = await testBox();
	const {status, err} = await at.tsbox(['up', at.spec('volumes: ["/etc:/etc/passwd"]\n')]);
	expect(status).toBe(125);
	expect(err).toContain('a folder is to be there, and the container has a file of that name');
	expect(at.leftovers()).toEqual([]);
});

test('the page of a run that is to be written into a folder that is not there', async () => {
	await using at = await testBox();
	await at.tsbox(['run', '--record', at.spec(), '--', 'true']);
	const [run = ''] = (await at.tsbox(['runs', 'ls', '-q'])).out.split('\n');
	const page = join(at.folder, 'no/page.html');
	const {status, err} = await at.tsbox(['runs', 'show', '--html', page, run]);
	expect(status).toBe(125);
	expect(err).toContain(`error: cannot write ${page}\n  cause    ENOENT`);
});
