import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {loadConfig as load} from './config.ts';
import {explainOrigin} from '../project/explain-origin.ts';
import {configFolders, furtherConfigs, searchedFolders} from './config-places.ts';

const lookup = {
	isFile: (path: string) => statSync(path, {throwIfNoEntry: false})?.isFile() === true,
	readText: (path: string) => readFileSync(path, 'utf8'),
};
let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'tsbox-config-'));
	write('package.json', '{"name": "x"}');
});
afterEach(() => rmSync(dir, {recursive: true}));

function loadConfig({cwd, file}: {readonly cwd: string; readonly file?: string}) {
	return load({
		cwd,
		folders: file === undefined ? configFolders(searchedFolders(cwd, existsSync), lookup) : [],
		further: furtherConfigs(join(dir, 'home'), existsSync, join(dir, 'etc')),
		readText: path => readFileSync(path, 'utf8'),
		...(file === undefined ? {} : {file}),
	});
}

function write(name: string, text: string): void {
	mkdirSync(dirname(join(dir, name)), {recursive: true});
	writeFileSync(join(dir, name), text);
}

test('without a file the configuration has only defaults', async () => {
	expect(await loadConfig({cwd: dir})).toEqual({limits: {}, bestEffort: false, origin: null});
});

test('a file in a parent folder of the project is found', async () => {
	write('tsbox.config.yaml', 'store: /srv/store\nlimits: {image_bytes: 10g, image_entries: 1000}\nbest_effort: true\n');
	mkdirSync(join(dir, 'a/b'), {recursive: true});
	expect(await loadConfig({cwd: join(dir, 'a/b')})).toEqual({
		store: '/srv/store',
		limits: {imageBytes: 10_737_418_240, imageEntries: 1000},
		bestEffort: true,
		entries: expect.any(Array),
		origin: join(dir, 'tsbox.config.yaml'),
	});
});

test('pools of networks are read, and the nearest file with any has them', async () => {
	write(
		'tsbox.config.yaml',
		'networks: {pools: [{base: 10.80.0.0/16, size: 24}, {base: "fd00:1::/48", size: "64"}]}\n',
	);
	const {networkPools, entries} = await loadConfig({cwd: dir});
	expect(networkPools).toEqual([
		{base: '10.80.0.0/16', size: 24},
		{base: 'fd00:1::/48', size: 64},
	]);
	expect(entries?.map(({key}) => key)).toEqual(['networks.pools']);
});

test.each([
	['{pools: []}', 'must have at least one pool'],
	['{pools: [{base: 10.80.0.7/16, size: 24}]}', 'must begin with the first address of its block'],
	['{pools: [{base: 10.80.0.0, size: 24}]}', 'must be a block of addresses'],
	['{pools: [{base: 10.80.0.0/16, size: 8}]}', 'must have a `size` from 16'],
	['{pools: [{base: 10.80.0.0/16, size: 32}]}', 'must have a `size` from 16'],
	['{pools: [{base: 10.80.0.0/16}]}', 'networks.pools'],
	['{pool: []}', 'unknown key `pool`'],
])('networks: %s is refused', async (networks, message) => {
	write('tsbox.config.yaml', `networks: ${networks}\n`);
	await expect(loadConfig({cwd: dir})).rejects.toMatchObject({message: expect.stringContaining(message)});
});

test('a package.json that is broken or lacks the key does not load the modules that read configurations', () => {
	for (const text of ['{"name": "tsbox"}', '{"tsbox":', '[]', 'null']) {
		write('package.json', text);
		expect(configFolders(searchedFolders(dir, existsSync), lookup)).toEqual([]);
	}
	write('package.json', '{"tsbox": {}}');
	expect(configFolders(searchedFolders(dir, existsSync), lookup)).toEqual([{folder: dir, places: ['package.json']}]);
});

test('a pipe or a device is skipped, and a file beside it is read', async () => {
	for (const name of ['package.json', '.tsboxrc.json']) {
		rmSync(join(dir, name), {force: true});
		execFileSync('mkfifo', [join(dir, name)]);
	}
	symlinkSync('/dev/zero', join(dir, '.tsboxrc.yaml'));
	expect(await loadConfig({cwd: dir})).toMatchObject({origin: null});
	write('tsbox.config.yaml', 'state: /run/x\n');
	expect(await loadConfig({cwd: dir})).toMatchObject({state: '/run/x', origin: join(dir, 'tsbox.config.yaml')});
});

test.each(['.tsboxrc', '.config/tsboxrc', '.config/tsboxrc.yaml', 'tsbox.config.yml'])('%s is read', async name => {
	mkdirSync(join(dir, '.config'));
	write(name, 'state: /run/x\n');
	expect(await loadConfig({cwd: dir})).toMatchObject({state: '/run/x', origin: join(dir, name)});
});

test('package.json is read if it has the key', async () => {
	write('package.json', '{"name": "x",\n "tsbox": {"state": "/run/x"}}');
	expect(await loadConfig({cwd: dir})).toMatchObject({state: '/run/x', origin: join(dir, 'package.json')});
});

test('a problem is reported with its place', async () => {
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

test('a named file must exist and be data', async () => {
	await expect(loadConfig({cwd: dir, file: 'none.yaml'})).rejects.toMatchObject({code: 'E_CONFIG'});
	write('x.mjs', 'export default {}');
	await expect(loadConfig({cwd: dir, file: 'x.mjs'})).rejects.toMatchObject({code: 'E_CONFIG'});
	write('x.json', '{"store": "/s", "$import": "./y.json"}');
	await expect(loadConfig({cwd: dir, file: 'x.json'})).rejects.toMatchObject({
		message: 'x.json:1:17: unknown key `$import`',
	});
});

test('no code in the folder is run, not even the configuration of cosmiconfig', async () => {
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

test('the search ends at the root of the repository, and outside of a repository covers only one folder', async () => {
	write('tsbox.config.yaml', 'store: /outer\n');
	write('in/.git/HEAD', '');
	write('in/package.json', '{}');
	write('in/deep/package.json', '{}');
	expect(await loadConfig({cwd: join(dir, 'in/deep')})).toMatchObject({origin: null});
	write('in/.tsboxrc.yaml', 'store: /inner\n');
	expect(await loadConfig({cwd: join(dir, 'in/deep')})).toMatchObject({store: '/inner'});
	rmSync(join(dir, 'package.json'));
	mkdirSync(join(dir, 'none'));
	expect(await loadConfig({cwd: join(dir, 'none')})).toMatchObject({origin: null});
	expect(await loadConfig({cwd: dir})).toMatchObject({store: '/outer'});
});

test('for each key the nearest file wins (folder, user, machine), and each entry names its file', async () => {
	write('tsbox.config.yaml', 'store: /near\naliases: {sh: "run -it \'my box.yaml\'"}\n');
	write('home/tsbox/config.yaml', 'store: /home\nstate: /home\naliases: {sh: ps, l: logs -f}\ntheme: light\n');
	write('etc/tsbox/config.json', '{"state": "/etc", "limits": {"image_bytes": "1g"}, "defaults": {"init": true}}');
	const config = await loadConfig({cwd: dir});
	expect(config).toMatchObject({
		store: '/near',
		state: '/home',
		limits: {imageBytes: 1_073_741_824},
		theme: 'light',
		aliases: {sh: ['run', '-it', 'my box.yaml'], l: ['logs', '-f']},
		defaults: {init: {value: true}},
		origin: join(dir, 'tsbox.config.yaml'),
	});
	const told = config.entries?.map(({key, value, origin}) => `${key} = ${value}, ${explainOrigin(origin, dir)}`);
	expect(told?.join('\n')).toMatchInlineSnapshot(`
		"store = /near, tsbox.config.yaml:1:8
		aliases.sh = run -it 'my box.yaml', tsbox.config.yaml:2:15
		state = /home, home/tsbox/config.yaml:2:8
		aliases.l = logs -f, home/tsbox/config.yaml:3:22
		theme = light, home/tsbox/config.yaml:4:8
		limits.image_bytes = 1g, etc/tsbox/config.json:1:45
		defaults.init = true, etc/tsbox/config.json:1:73"
	`);
});

test('a named file replaces only the files of the folders', async () => {
	write('tsbox.config.yaml', 'store: /near\n');
	write('etc/tsbox/config.yaml', 'policy: {max_pids: 5}\n');
	write('other.yaml', 'state: /other\npolicy: {max_pids: 100}\n');
	const config = await loadConfig({cwd: dir, file: 'other.yaml'});
	expect(config.store).toBeUndefined();
	expect(config.policies?.map(({maxPids}) => maxPids)).toEqual([100, 5]);
});

test('a mistake in a default, a policy, or an alias is reported with its place', async () => {
	write(
		'tsbox.config.yaml',
		'defaults: {mem_limt: 1g, user: [x]}\npolicy: {max_cpu: 2, allowed_binds: [srv]}\naliases: {a: "run \'x"}\n',
	);
	await expect(loadConfig({cwd: dir})).rejects.toMatchObject({
		code: 'E_CONFIG',
		output: expect.stringMatching(/did you mean `mem_limit`[^]*did you mean `max_cpus`[^]*absolute path[^]*not closed/),
	});
});
