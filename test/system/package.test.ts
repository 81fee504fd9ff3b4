import {execFile, execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* What `npm pack` makes: it installs without a network, as it needs no other package. */

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

/** npm with a cache that is empty, and no way to a registry. */
async function npm(at: TestBox, args: readonly string[], cwd = at.folder): Promise<string> {
	const quiet = ['--offline', '--cache', join(at.folder, 'cache'), '--no-audit', '--no-fund', '--no-update-notifier'];
	const {stdout} = await run('npm', [...quiet, ...args], {cwd, env: {PATH: process.env['PATH'], HOME: at.folder}});
	return stdout;
}

/** A copy of the checkout in another folder, with the packages of this one. */
function copyCheckout(to: string): void {
	const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {cwd: root});
	for (const path of listed.toString().split('\0'))
		if (path !== '' && existsSync(join(root, path))) cpSync(join(root, path), join(to, path));
	mkdirSync(join(to, 'node_modules'));
}

/** Runs a line of sh in a copy of the checkout, in which the packages are mounted: esbuild would follow a link out of it. */
async function inCopy(copy: string, line: string): Promise<void> {
	const script = 'mount --bind "$1/node_modules" "$2/node_modules" && cd "$2" && eval "$3"';
	const env = {PATH: process.env['PATH'], HOME: at.folder};
	await run('unshare', ['--mount', 'sh', '-c', script, 'sh', root, copy, line], {env});
}

/** The files of an archive of npm, by their paths in the package. */
async function unpack(path: string, to: string): Promise<Readonly<Record<string, string>>> {
	mkdirSync(to);
	await run('tar', ['-xzf', path, '-C', to]);
	const names = readdirSync(join(to, 'package'), {recursive: true, encoding: 'utf8'}).toSorted();
	return Object.fromEntries(
		names
			.filter(name => statSync(join(to, 'package', name)).isFile())
			.map(name => [name, readFileSync(join(to, 'package', name), 'latin1')]),
	);
}

interface Metafile {
	readonly inputs: Readonly<Record<string, unknown>>;
}

interface Bom {
	readonly metadata: {readonly component: {readonly name: string}};
	readonly components: readonly {
		readonly group?: string;
		readonly name: string;
		readonly version: string;
		readonly purl: string;
		readonly licenses: readonly unknown[];
	}[];
}

let at: TestBox;
let archive: string;
let otherArchive: string;
let files: Readonly<Record<string, string>>;
/** What another folder gave, where the steps of `npm pack` were taken one by one. */
let other: typeof files;
let metafile: Metafile;
beforeAll(async () => {
	at = await testBox();
	const copies = ['one', 'and/another'].map(name => join(at.folder, name));
	for (const copy of copies) copyCheckout(copy);
	const [one = '', another = ''] = copies;
	const pack = `npm pack --silent --offline --cache ${at.folder}/cache`;
	await Promise.all([
		inCopy(one, pack),
		inCopy(
			another,
			`node build.mjs --analyze && mv dist/bundles.meta.json . && node pack.mjs strip && ${pack} --ignore-scripts`,
		),
	]);
	const {version} = manifest(readFileSync(join(root, 'package.json'), 'utf8'));
	archive = join(one, `tsbox-${version}.tgz`);
	files = await unpack(archive, join(at.folder, 'unpacked'));
	otherArchive = join(another, `tsbox-${version}.tgz`);
	other = await unpack(otherArchive, join(at.folder, 'unpacked-other'));
	metafile = JSON.parse(readFileSync(join(another, 'bundles.meta.json'), 'utf8')) as Metafile;
}, 300_000);
afterAll(async () => at[Symbol.asyncDispose]());

const manifest = (text = '') => JSON.parse(text) as Readonly<Record<string, string | undefined>>;

test('the packed tsbox has its data, the licences of what is bundled, and no test, picture, or code that one V8 compiled', () => {
	const paths = Object.keys(files);
	for (const path of ['bin/tsbox', 'dist/cli.cjs', 'dist/LICENCES.txt', 'config/seccomp.json'])
		expect(paths).toContain(path);
	expect(
		paths.filter(path => /\.test\.|(?<!\.d)\.ts$|^(src|test|docs\/screenshots)\/|\.cache$|\.vitepress/.test(path)),
	).toEqual([]);
});

test('two builds in different folders are the same, byte for byte', () => {
	const names = Object.keys(files);
	expect(Object.keys(other)).toEqual(names);
	expect(names.filter(name => files[name] !== other[name])).toEqual([]);
	expect(names.filter(name => files[name]?.includes(at.folder))).toEqual([]);
	expect(readFileSync(archive).equals(readFileSync(otherArchive))).toBe(true);
});

test('its package.json asks for nothing, starts nothing, and lists the man pages; that of the checkout is as before', () => {
	const {scripts, dependencies, devDependencies, man, ...rest} = manifest(files['package.json']);
	const pages = Object.keys(files).filter(path => path.startsWith('dist/man/'));
	expect(man).toEqual(pages.map(path => `./${path}`));
	expect(pages).toContain('dist/man/tsbox-up.1');
	expect({scripts, dependencies, devDependencies}).toEqual({});
	const checkout = readFileSync(join(root, 'package.json'), 'utf8');
	expect(readFileSync(join(at.folder, 'one/package.json'), 'utf8')).toBe(checkout);
	expect(manifest(checkout)).toMatchObject({...rest, scripts: {prepare: 'node build.mjs'}});
});

test('what a pack that was killed left behind is taken back by the next', async () => {
	await inCopy(join(at.folder, 'one'), 'node pack.mjs strip && node pack.mjs strip && node pack.mjs restore');
	expect(readFileSync(join(at.folder, 'one/package.json'), 'utf8')).toBe(
		readFileSync(join(root, 'package.json'), 'utf8'),
	);
});

test('its bill of materials names what is bundled and no more, with licences', () => {
	const {metadata, components} = JSON.parse(files['dist/tsbox.cdx.json'] ?? '') as Bom;
	expect(metadata.component.name).toBe('tsbox');
	const bundled = Object.keys(metafile.inputs).flatMap(
		input => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [],
	);
	const expected = [...new Set(bundled)].map(path => {
		const {name, version} = manifest(readFileSync(join(root, path, 'package.json'), 'utf8'));
		return `${name}@${version}`;
	});
	expect(expected).toContain(
		`zod@${manifest(readFileSync(join(root, 'node_modules/zod/package.json'), 'utf8'))['version']}`,
	);
	const named = components.map(
		({group, name, version}) => `${group === undefined ? '' : `${group}/`}${name}@${version}`,
	);
	expect(named.toSorted()).toEqual(expected.toSorted());
	for (const [index, {purl, licenses}] of components.entries()) {
		expect(decodeURIComponent(purl.split('?')[0] ?? '')).toBe(`pkg:npm/${named[index]}`);
		expect(licenses).not.toEqual([]);
	}
});

/** The place of a text in a file of the sources. */
function placeOf(path: string, text: string): string {
	const lines = readFileSync(join(root, path), 'utf8').split('\n');
	return `${path}:${lines.findIndex(line => line.includes(text)) + 1}:`;
}

test('a bug is told with the places in the sources, and an error of the library under --enable-source-maps', async () => {
	const breaking = at.file(
		'break.cjs',
		`const fs = require('node:fs');
const {readFileSync} = fs;
fs.readFileSync = (path, ...rest) => {
	if (String(path).endsWith('/package.json')) throw new RangeError('broken on purpose');
	return readFileSync(path, ...rest);
};`,
	);
	const program = join(at.folder, 'unpacked/package/bin/tsbox');
	const env = {PATH: process.env['PATH']};
	const bug = run(program, ['--version'], {env: {...env, NODE_OPTIONS: `--require ${breaking}`}});
	await expect(bug).rejects.toMatchObject({
		code: 125,
		stderr: expect.stringContaining(`at version (${placeOf('src/cli/main.ts', "'package.json')")}`),
	});
	const app = at.file(
		'app.mjs',
		`import {load} from '${at.folder}/unpacked/package/dist/index.js';\nawait load({nope: 1});`,
	);
	await expect(run(process.execPath, ['--enable-source-maps', app], {env})).rejects.toMatchObject({
		stderr: expect.stringMatching(/at .*\/src\/spec\/[a-z/-]+\.ts:\d+:\d+\)?\n/),
	});
	// Without, Node shows the line of the bundle, which is not the whole of it.
	const plain: unknown = await run(process.execPath, [app], {env}).catch((error: unknown) => error);
	expect((plain as {stderr: string}).stderr.split('\n').filter(line => line.length > 500)).toEqual([]);
});

test('it installs into an empty folder, offline, and runs a container; npx does both at once', async () => {
	const spec = at.spec();
	const words = ['--store', join(at.folder, 'store'), '--state', join(at.folder, 'state'), 'run', spec, '--', 'echo'];
	await npm(at, ['install', '--global', '--prefix', join(at.folder, 'prefix'), archive]);
	const env = {PATH: process.env['PATH'], HOME: '/root'};
	const installed = await run(join(at.folder, 'prefix/bin/tsbox'), [...words, 'installed'], {cwd: '/', env});
	expect(installed.stdout).toBe('installed\n');
	expect(readFileSync(join(at.folder, 'prefix/share/man/man1/tsbox-up.1'), 'utf8')).toContain('.TH');
	expect(await npm(at, ['exec', '--yes', '--package', archive, '--', 'tsbox', ...words, 'by npx'])).toBe('by npx\n');
	expect(at.leftovers()).toEqual([]);
});

test.each([
	['publint', ['--strict']],
	// What CommonJS of Node can load is JSON; this is an ES module.
	['attw', ['--profile', 'esm-only', '--no-definitely-typed']],
])('%s finds nothing wrong with it', async (program, options) => {
	// Its exit status says so: what it finds is in the error.
	const checked = run(join(root, 'node_modules/.bin', program), [archive, ...options], {cwd: at.folder});
	await expect(
		checked.catch((error: unknown) => Promise.reject(new Error(String((error as {stdout?: string}).stdout)))),
	).resolves.toBeDefined();
});

test('its types stand alone too', async () => {
	const app = join(at.folder, 'app');
	mkdirSync(app);
	writeFileSync(join(app, 'package.json'), '{"type": "module"}');
	await npm(at, ['install', archive], app);
	symlinkSync(join(root, 'node_modules/@types'), join(app, 'node_modules/@types'));
	writeFileSync(
		join(app, 'app.ts'),
		`import {loadProject} from 'tsbox';
const {name} = await loadProject({cwd: '/', env: {}});
export const length: number = name.length;
// @ts-expect-error: a name is no number
export const wrong: number = name;
`,
	);
	const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node', 'app.ts'];
	const {stdout} = await run(join(root, 'node_modules/.bin/tsc'), options, {cwd: app});
	expect(stdout).toBe('');
});

test('a bundle of it as CommonJS, which has no import.meta, works from another folder', async () => {
	const app = join(at.folder, 'bundled');
	mkdirSync(app);
	const lines = [
		`import('${join(root, 'dist/index.js')}')`,
		".then(({load}) => load({rootfs: 'host', command: ['true']}))",
		'.then(({service}) => console.log(service.command[0]));',
	];
	writeFileSync(join(app, 'app.js'), lines.join(''));
	const options = ['--bundle', '--platform=node', '--format=cjs', '--log-level=error', '--outfile=out.cjs', 'app.js'];
	await run(join(root, 'node_modules/.bin/esbuild'), options, {cwd: app});
	expect((await run(process.execPath, ['out.cjs'], {cwd: app})).stdout).toBe('true\n');
});
