import {execFile} from 'node:child_process';
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
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

interface Packed {
	readonly filename: string;
	readonly files: readonly {readonly path: string}[];
}

/** Packs what was built last; gives the path of the archive and the files in it. */
async function pack(at: TestBox): Promise<{readonly archive: string; readonly paths: readonly string[]}> {
	const out = await npm(at, ['pack', '--ignore-scripts', '--json', '--pack-destination', at.folder], root);
	const answer = JSON.parse(out) as readonly Packed[] | Readonly<Record<string, Packed>>;
	const [packed] = Object.values(answer) as readonly Packed[];
	return {
		archive: join(at.folder, packed?.filename ?? ''),
		paths: packed?.files.map(({path}) => path) ?? [],
	};
}

let at: TestBox;
let archive: string;
let paths: readonly string[];
beforeAll(async () => {
	at = await testBox();
	({archive, paths} = await pack(at));
});
afterAll(async () => at[Symbol.asyncDispose]());

test('the packed tsbox is what was built, with its data, the licences of what is bundled, and no test', async () => {
	for (const path of ['bin/tsbox', 'dist/cli.cjs', 'dist/cli.cache', 'dist/LICENCES.txt', 'config/seccomp.json'])
		expect(paths).toContain(path);
	expect(paths.filter(path => /\.test\.|(?<!\.d)\.ts$|^(src|test)\//.test(path))).toEqual([]);
	const {dependencies = {}} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {dependencies?: object};
	expect(dependencies).toEqual({});
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
