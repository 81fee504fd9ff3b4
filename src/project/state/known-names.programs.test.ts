import type {Machine} from '../../container/machine/machine.ts';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {build} from 'esbuild';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {realHost} from '../../host/programs/real-host.ts';
import {knownNames} from './known-names.ts';
import {writeProject} from './project-folder.ts';

let dir: string;
let machine: Machine;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'tsbox-names-'));
	machine = {host: realHost(), dirs: {state: join(dir, 'state'), store: join(dir, 'store')}} as unknown as Machine;
});
afterEach(() => rmSync(dir, {recursive: true}));

const shop = "services: {web: {}, 'a b': {}, '$(touch x)': {}, db: {image: broken}}\n";

test('the services of an invalid spec are listed, without names that a shell would split', () => {
	writeFileSync(join(dir, 'shop.yaml'), shop);
	writeFileSync(join(dir, 'tsbox.yaml'), 'services: {alone: {}}\n');
	writeFileSync(join(dir, 'broken.yaml'), 'services: [\n');
	expect(knownNames(machine, 'service', 'shop.yaml', dir)).toEqual(['web', 'db']);
	expect(knownNames(machine, 'service', '', dir)).toEqual(['alone']);
	expect(knownNames(machine, 'service', 'broken.yaml', dir)).toEqual([]);
	expect(knownNames(machine, 'service', 'none.yaml', dir)).toEqual([]);
});

test('a detached project is listed, and its services come from its spec', () => {
	const file = join(dir, 'shop.yaml');
	writeFileSync(file, shop);
	writeProject(machine.host, machine.dirs.state, {
		schema: 1,
		name: 'shop',
		spec: {file, cwd: dir, env: {}},
		services: ['web'],
	});
	expect(knownNames(machine, 'project', undefined, '/')).toEqual(['shop']);
	expect(knownNames(machine, 'container', undefined, '/')).toEqual([]);
	expect(knownNames(machine, 'service', 'shop', '/')).toEqual(['web', 'db']);
	expect(knownNames(machine, 'service', 'other', '/')).toEqual([]);
	mkdirSync(join(dir, 'store/volumes'), {recursive: true});
	expect(knownNames(machine, 'volume', undefined, '/')).toEqual([]);
});

test('completion, opening the machine, and showing a configuration load no slow packages such as zod and execa', async () => {
	const src = resolve(import.meta.dirname, '../..');
	const entryPoints = [
		'project/state/known-names.ts',
		'container/machine/open-machine.ts',
		'container/observe/container-config.ts',
		'cli/start.ts',
	].map(file => join(src, file));
	const {metafile} = await build({
		entryPoints,
		bundle: true,
		write: false,
		metafile: true,
		format: 'esm',
		platform: 'node',
		outdir: dir,
		packages: 'external',
		absWorkingDir: src,
	});
	const loaded = new Set<string>();
	const walk = (file: string): void => {
		if (loaded.has(file)) return;
		loaded.add(file);
		for (const {path, kind} of metafile.inputs[file]?.imports ?? []) if (kind === 'import-statement') walk(path);
	};
	for (const entry of entryPoints) walk(entry.slice(src.length + 1));
	expect(loaded.size).toBeGreaterThan(20);
	expect([...loaded].filter(file => /^(zod|cosmiconfig|tar|execa)/.test(file))).toEqual([]);
});
