import {execFile, spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {containersHome} from '../images/containers-home.ts';
import {makeImage} from '../images/make-image.ts';
import {startRegistry, type TestRegistry} from '../images/registry.ts';
import {blocksOf, fileOf, isRun, pages} from '../docs-pages.ts';
import {type TestBox, testBox} from './box.ts';

/*
 * The commands of the README and of docs/ work when they are pasted: all blocks of a page, in order, in a checkout of its own. A block
 * with a file's name is that file. Blocks that begin with `no-run:` say why they are not run.
 */

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

/** What the commands of a page must print, beside ending well. */
const printed: Readonly<Record<string, readonly (string | RegExp)[]>> = {
	'README.md': [
		'as uid 0',
		'unshare(1)',
		'#!/bin/sh',
		'uid=0(root)',
		'it exited with 3',
		/^db +\| the database is ready$/m,
		'web is down',
		/^hello from an image$/m,
		/^hello from a build$/m,
		/^hello$/m,
		/^hello\n0 hello pool$/m,
	],
	'docs/commands.md': ['from a pipe'],
	'docs/configuration.md': ['from an alias', 'tsbox.config.yaml'],
	'docs/export.md': ['done by a bundle', 'config.json'],
	'docs/hardening.md': [/^seccomp refused unshare \(pid \d+\) unshare\(0x10000000, .*EPERM$/m, 'refused with status 1'],
	'docs/installation.md': ['uid=0', /^bin\s/m],
	'docs/learn.md': ['as uid 0', 'it cannot be written'],
	'docs/library.md': [/^hello\n0 hello from a warm one$/m, 'stay'],
	'docs/lock-files.md': [/^hi$/m, 'refused with status'],
	'docs/records.md': ['/made', 'they differ'],
};

/** Pages whose first block of output is what their commands print, but for numbers and times. */
const shown = ['docs/services.md', 'docs/volumes.md', 'docs/lock-files.md'];

/** Without a registry: `npm ci` has been run, and the archive was packed before. */
const npm = 'npm() { case $1 in ci) ;; pack) cp "$PACKED"/*.tgz . ;; *) command npm "$@" ;; esac; }';

let at: TestBox;
let registry: TestRegistry;
beforeAll(async () => {
	at = await testBox();
	// docker.io is a registry on this machine.
	registry = await startRegistry();
	const busybox = {layers: [{entries: readFileSync(at.rootfs)}], config: {Cmd: ['sh']}};
	await registry.push(makeImage(busybox), 'library/busybox:1.37');
	containersHome(at.folder, [{address: 'docker.io', mirrors: [registry.address]}]);
	mkdirSync(join(at.folder, 'packed'));
	await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', join(at.folder, 'packed')], {
		cwd: root,
		env: npmEnv(),
	});
	// Where each page's tsbox looks; a page may have a configuration in its checkout.
	mkdirSync(join(at.folder, '.config/tsbox'), {recursive: true});
	at.file('.config/tsbox/config.yaml', `store: ${at.folder}/store\nstate: ${at.folder}/state\n`);
});
afterAll(async () => {
	await registry[Symbol.asyncDispose]();
	await at[Symbol.asyncDispose]();
});

const npmEnv = () => ({
	PATH: process.env['PATH'],
	HOME: at.folder,
	npm_config_offline: 'true',
	npm_config_cache: join(at.folder, 'cache'),
	npm_config_update_notifier: 'false',
});

/** A checkout with the examples and the files of a page. */
function checkout(page: string): string {
	const path = join(at.folder, page.replaceAll(/\W/g, '-'));
	// A second try begins anew.
	rmSync(path, {recursive: true, force: true});
	mkdirSync(join(path, 'config'), {recursive: true});
	for (const entry of ['bin', 'dist', 'package.json']) symlinkSync(join(root, entry), join(path, entry));
	for (const entry of readdirSync(join(root, 'config')).filter(name => name !== 'examples'))
		symlinkSync(join(root, 'config', entry), join(path, 'config', entry));
	cpSync(join(root, 'config/examples'), join(path, 'config/examples'), {recursive: true});
	for (const block of blocksOf(page)) {
		const file = fileOf(block);
		if (file === undefined) continue;
		mkdirSync(dirname(join(path, file)), {recursive: true});
		writeFileSync(join(path, file), block.text);
	}
	return path;
}

/** What a shell on a terminal prints that gets the lines pasted, with an Enter for whatever asks for one; throws when one fails. */
async function pasted(lines: string, cwd: string): Promise<string> {
	writeFileSync(join(cwd, '.pasted'), `${npm}\n${lines}`);
	const shell = run('script', ['--quiet', '--return', '--command', 'sh -e .pasted', '/dev/null'], {
		cwd,
		timeout: 60_000,
		env: {
			...npmEnv(),
			PATH: `${cwd}/bin:${process.env['PATH']}`,
			PACKED: join(at.folder, 'packed'),
			SHELL: '/bin/sh',
			TERM: 'xterm',
			PAGER: 'cat',
			NO_COLOR: '1',
		},
	});
	const {stdin} = shell.child;
	stdin?.on('error', () => {});
	const enter = setInterval(() => stdin?.write('\n'), 50);
	try {
		const {stdout, stderr} = await shell;
		return withoutBlanks(stdout + stderr);
	} catch (error) {
		throw new Error(withoutBlanks(`${String(error)}\n${(error as {stdout: string}).stdout}`));
	} finally {
		clearInterval(enter);
	}
}

/** The lines of output that a page shows, without the commands; numbers of processes and times differ from run to run. */
const linesOf = (text: string): readonly string[] =>
	text
		.replaceAll(/\bpid \d+|\d+ \w+ ago/g, 'N')
		.replaceAll(/ +/g, ' ')
		.split('\n')
		.filter(line => line !== '' && !line.startsWith('# '));

/** The terminal echoes each Enter. */
const withoutBlanks = (text: string): string => text.replaceAll('\r', '').replaceAll(/\n{2,}/g, '\n');

const hasStaticBusybox = spawnSync('sh', ['-c', 'b=$(command -v busybox) && ! ldd "$b"']).status === 0;
const withCommands = pages.filter(page => blocksOf(page).some(isRun));

test.each(withCommands)('the commands of %s work', async page => {
	if (page === 'docs/installation.md' && !hasStaticBusybox) return;
	const lines = blocksOf(page)
		.filter(isRun)
		.map(({text}) => text);
	const path = checkout(page);
	// A person reads before typing on; a container's first words take a moment.
	const text = await pasted(lines.join('\n').replaceAll(/^.*tsbox up -d .*$/gm, '$&\nsleep 0.5'), path);
	for (const each of printed[page] ?? []) expect(text).toMatch(each);
	const output = shown.includes(page) ? blocksOf(page).find(({language}) => language === 'console') : undefined;
	expect(linesOf(text)).toEqual(expect.arrayContaining([...linesOf(output?.text ?? '')]));
	expect((await at.tsbox(['ps', '-a', '--json'])).out.trim()).toBe('[]');
	expect(at.leftovers()).toEqual([]);
});
