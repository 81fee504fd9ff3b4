import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {sleeper} from './project.ts';

/* `secrets` and `configs` of a service: where they are seen, whose they are, and where their texts must not stand. */

const text = (name: string, rootfs: string): string => `name: ${name}
secrets:
  plain: {file: ./plain.txt}
  hidden: {environment: HIDDEN_TEXT}
configs:
  app: {content: "port = \${PORT_TEXT:-80}"}
services:
  web:
    rootfs: ${rootfs}
    network_mode: none
    ${sleeper.trim()}
    secrets: [plain, hidden, {source: plain, target: owned, uid: 5, gid: "6", mode: 0440}]
    configs: [{source: app, target: /etc/app.conf}]
`;

/** The files below a folder that hold a word. */
function holding(word: string, folder: string): readonly string[] {
	const {stdout} = spawnSync('grep', ['-rl', '--', word, folder], {encoding: 'utf8'});
	return stdout.split('\n').filter(line => line !== '');
}

test('secrets and configs are read-only files with their owners, and their texts stand nowhere else', async () => {
	await using at = await testBox();
	at.file('plain.txt', 'from a file');
	const spec = at.file('shop.yaml', text(at.name, at.rootfs));
	const one = {env: {HIDDEN_TEXT: 'first-hidden-text'}};
	const missing = await at.tsbox(['up', '-d', spec]);
	expect(missing.err).toContain('the secret hidden is in the variable HIDDEN_TEXT, which is not set');
	expect((await at.tsbox(['up', '-d', spec], one)).status).toBe(0);
	const inside = async (script: string): Promise<string> =>
		(await at.tsbox(['exec', `${at.name}-web-1`, 'sh', '-c', script])).out;
	expect(await inside('cd /run/secrets; cat plain; cat hidden; cat owned; cat /etc/app.conf')).toBe(
		'from a filefirst-hidden-textfrom a fileport = 80',
	);
	expect(await inside('ls -ln /run/secrets/owned /run/secrets/hidden | cut -c1-10; ls -ln /run/secrets/owned')).toMatch(
		/^-r--r--r--\n-r--r-----\n-r--r-----\s+1\s+5\s+6 /,
	);
	expect(
		await inside('for f in /run/secrets/* /etc/app.conf; do (echo x > $f) 2>/dev/null && echo written; done; true'),
	).toBe('');

	const conf = join(at.folder, 'state/containers', `${at.name}-web-1`);
	expect(statSync(join(conf, 'given')).mode & 0o777).toBe(0o700);
	const shown = await Promise.all(
		[
			['plan', spec],
			['validate', '--json', spec],
			['inspect', `${at.name}-web-1`],
			['ps', '--json'],
		].map(words => at.tsbox(words, one)),
	);
	expect(shown.map(({out, err}) => `${out}${err}`).filter(each => each.includes('first-hidden-text'))).toEqual([]);
	// The supervisor keeps the variables of its caller in a file of its own, by which it reads the spec again.
	expect(holding('first-hidden-text', join(at.folder, 'state/containers'))).toEqual([join(conf, 'given/0')]);

	const again = await at.tsbox(['up', '-d', spec], {env: {HIDDEN_TEXT: 'second-hidden-text'}});
	expect(again.status).toBe(0);
	expect(await inside('cat /run/secrets/hidden')).toBe('second-hidden-text');
	expect((await at.tsbox(['restart', at.name])).status).toBe(0);
	expect(await inside('cat /run/secrets/hidden')).toBe('second-hidden-text');
	const script = await at.tsbox(['compile', spec], one);
	expect(script.err).toContain('a script cannot hold texts of `secrets` and `configs`');
	expect((await at.tsbox(['down', at.name])).status).toBe(0);
	expect(existsSync(conf)).toBe(false);
	expect(readFileSync(join(at.folder, 'plain.txt'), 'utf8')).toBe('from a file');
	expect(at.leftovers()).toEqual([]);
});
