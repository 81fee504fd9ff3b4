import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {loadConfig as load} from './config.ts';
import {configFolders, furtherConfigs} from './config-places.ts';

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'tsbox-config-'));
	write('package.json', '{"name": "x"}');
});
afterEach(() => rmSync(dir, {recursive: true}));

function loadConfig({cwd, file}: {readonly cwd: string; readonly file?: string}) {
	return load({
		cwd,
		folders: file === undefined ? configFolders(cwd, existsSync) : [],
		further: furtherConfigs(join(dir, 'home'), existsSync, join(dir, 'etc')),
		readText: path => readFileSync(path, 'utf8'),
		...(file === undefined ? {} : {file}),
	});
}

function write(name: string, text: string): void {
	mkdirSync(dirname(join(dir, name)), {recursive: true});
	writeFileSync(join(dir, name), text);
}

test('without a file there is nothing but defaults', async () => {
	expect(await loadConfig({cwd: dir})).toEqual({limits: {}, bestEffort: false, origin: null});
});

test('a file of a parent folder of the project is found', async () => {
	write('tsbox.config.yaml', 'store: /srv/store\nlimits: {image_bytes: 10g, image_entries: 1000}\nbest_effort: true\n');
	mkdirSync(join(dir, 'a/b'), {recursive: true});
	expect(await loadConfig({cwd: join(dir, 'a/b')})).toEqual({
		store: '/srv/store',
		limits: {imageBytes: 10_737_418_240, imageEntries: 1000},
		bestEffort: true,
		origin: join(dir, 'tsbox.config.yaml'),
	});
});

test('package.json counts when it has the key', async () => {
	write('package.json', '{"name": "x",\n "tsbox": {"state": "/run/x"}}');
	expect(await loadConfig({cwd: dir})).toMatchObject({state: '/run/x', origin: join(dir, 'package.json')});
});

test('a problem is told with its place', async () => {
	write('.tsboxrc.yaml', 'stor: /x\nstate: run\n');
	await expect(loadConfig({cwd: dir})).rejects.toMatchObject({
		code: 'E_CONFIG',
		message: '.tsboxrc.yaml:1:1: unknown key `stor` (and another problem)',
		output: expect.stringContaining('did you mean `store`?'),
	});
	write('package.json', '{"tsbox": {\n"best_effort": 3}}');
	await expect(loadConfig({cwd: dir})).rejects.toMatchObject({
		message: 'package.json:2:16: `best_effort` must be `true` or `false`',
	});
});

test('a named file must be there, and be data', async () => {
	await expect(loadConfig({cwd: dir, file: 'none.yaml'})).rejects.toMatchObject({code: 'E_CONFIG'});
	write('x.mjs', 'export default {}');
	await expect(loadConfig({cwd: dir, file: 'x.mjs'})).rejects.toMatchObject({code: 'E_CONFIG'});
	write('x.json', '{"store": "/s", "$import": "./y.json"}');
	await expect(loadConfig({cwd: dir, file: 'x.json'})).rejects.toMatchObject({
		message: 'x.json:1:17: unknown key `$import`',
	});
});

test('no code of the folder is run, not even the one that configures cosmiconfig', async () => {
	write('.config/config.cjs', 'globalThis.ran = true; module.exports = {};');
	write('.config/config.js', 'globalThis.ran = true; module.exports = {};');
	write('tsbox.config.js', 'globalThis.ran = true; module.exports = {};');
	const before = process.cwd();
	process.chdir(dir);
	try {
		expect(await loadConfig({cwd: dir})).toMatchObject({origin: null});
	} finally {
		process.chdir(before);
	}
	expect(globalThis).not.toHaveProperty('ran');
});
