import {execFile, spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* The first lines under each of the README's three ways work when they are pasted. */

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The first block of shell lines below a heading. */
function linesBelow(heading: string): string {
	const [, lines] = new RegExp(`^##+ ${heading}[^\n]*\n[\\s\\S]*?\`\`\`sh\n([\\s\\S]*?)\`\`\``, 'm').exec(readme) ?? [];
	expect(lines).toBeDefined();
	return lines ?? '';
}

/** A checkout of its own, whose containers have names that no other test uses, and are kept apart. */
function checkout({folder, name}: TestBox): {readonly path: string; readonly own: (text: string) => string} {
	const path = join(folder, 'checkout');
	mkdirSync(path);
	for (const entry of ['bin', 'dist', 'node_modules', 'package.json'])
		symlinkSync(join(root, entry), join(path, entry));
	mkdirSync(join(path, 'config'));
	for (const entry of ['seccomp.json', 'default-profile.json', 'schema'])
		if (existsSync(join(root, 'config', entry))) symlinkSync(join(root, 'config', entry), join(path, 'config', entry));
	cpSync(join(root, 'config/examples'), join(path, 'config/examples'), {recursive: true});
	const own = (text: string): string => text.replaceAll(/\bshop\b(?!\.yaml)/g, name);
	const hello = join(path, 'config/examples/hello.yaml');
	writeFileSync(hello, `name: ${name}-hello\n${readFileSync(hello, 'utf8')}`);
	const shop = join(path, 'config/examples/services/shop.yaml');
	writeFileSync(shop, own(readFileSync(shop, 'utf8')));
	writeFileSync(join(path, 'tsbox.config.yaml'), `store: ${folder}/store\nstate: ${folder}/state\n`);
	return {path, own};
}

/** What a shell on a terminal prints that gets the lines pasted, with an Enter for whatever asks for one. */
async function pasted(lines: string, cwd: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
	const words = ['--quiet', '--return', '--command', lines, '/dev/null'];
	const shell = run('script', words, {
		cwd,
		env: {PATH: process.env['PATH'], HOME: cwd, SHELL: '/bin/sh', TERM: 'xterm', PAGER: 'cat', NO_COLOR: '1', ...env},
	});
	shell.child.stdin?.end('\n'.repeat(40));
	const {stdout, stderr} = await shell;
	return stdout + stderr;
}

test('learn: the plan, why, the script, and one step at a time', async () => {
	await using box = await testBox();
	const {path} = checkout(box);
	const text = await pasted(linesBelow('Learn'), path);
	expect(text).toContain(`hello from ${box.name}-hello, as uid 0`);
	expect(text).toContain('#!/bin/sh');
	expect(text).toContain('unshare(1)');
	expect(box.leftovers()).toEqual([]);
});

test.skipIf(spawnSync('sh', ['-c', 'b=$(command -v busybox) && ! ldd "$b"']).status !== 0)(
	'a root filesystem without docker',
	async () => {
		await using box = await testBox();
		const {path} = checkout(box);
		const text = await pasted(
			linesBelow('A root filesystem').replace("printf '", `printf 'name: ${box.name}\\n`),
			path,
		);
		expect(text).toContain('uid=0');
		expect(text).toMatch(/^bin\s/m);
		expect(box.leftovers()).toEqual([]);
	},
);

test('run: a command, and three services until they are down', async () => {
	await using box = await testBox();
	const {path, own} = checkout(box);
	const text = await pasted(own(linesBelow('Run')), path);
	expect(text).toContain('uid=0(root)');
	expect(text).toContain('it exited with 3');
	expect(text).toMatch(/^db +\| the database is ready$/m);
	expect(text).toContain('web is down');
	expect(box.leftovers()).toEqual([]);
});

test('embed: what is packed installs into a folder of its own, and the snippet runs there', async () => {
	await using box = await testBox();
	const archive = join(box.folder, 'packed');
	mkdirSync(archive);
	const lines = linesBelow('Embed it')
		.replace('npm pack', `npm pack --ignore-scripts --pack-destination ${archive}`)
		.replaceAll('/tmp/embed', join(box.folder, 'embed'))
		.replace('"$OLDPWD"', archive);
	await pasted(lines, root, {
		HOME: box.folder,
		npm_config_offline: 'true',
		npm_config_cache: join(box.folder, 'cache'),
	});
	expect(existsSync(join(box.folder, 'embed/node_modules/tsbox/package.json'))).toBe(true);
});
