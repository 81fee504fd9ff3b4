import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {expect, test} from 'vitest';

const source = resolve(import.meta.dirname, '../src');

/** The folders from the top down; each imports only from itself and rows below. `plan` and `execute` are one row: neither sees the other. */
const rows = [
	['cli'],
	['tui'],
	['learn'],
	['view'],
	['library'],
	['project', 'records', 'runtime'],
	['export'],
	['lock'],
	['verify'],
	['build'],
	['container'],
	['execute', 'plan'],
	['kernel'],
	['state'],
	['step'],
	['seccomp'],
	['oci'],
	['image'],
	['host'],
	['spec'],
	['network'],
	['errors'],
];
const owners: Readonly<Record<string, string>> = {
	execa: 'host',
	'node:child_process': 'host',
	'node:fs': 'host',
	'node:fs/promises': 'host',
	tar: 'image',
	zod: 'spec',
	yaml: 'spec',
	cosmiconfig: 'spec',
	'get-east-asian-width': 'tui',
};

/** The offences of one file, each in a line that names it: `plan/bad.ts: plan/ may not import execute/`. */
function offences(file: string, text: string): readonly string[] {
	const folder = file.split('/')[0] ?? '';
	return importsOf(text).flatMap(name => {
		if (!name.startsWith('.')) {
			const owner = owners[name] ?? owners[name.split('/')[0] ?? ''];
			return owner === undefined || owner === folder ? [] : [`${file}: ${name} belongs to ${owner}/`];
		}
		const target = relative(source, resolve(source, file, '..', name)).match(/^(\.\.\/)?[^/]*/)?.[0] ?? '';
		return mayImport(folder, target) ? [] : [`${file}: ${folder}/ may not import ${target}/`];
	});
}

function mayImport(folder: string, target: string): boolean {
	// config/ is data that ships with the program.
	if (target === '../config') return true;
	if (folder === target || folder === 'index.ts') return true;
	return rowOf(target) > rowOf(folder);
}

function rowOf(folder: string): number {
	const row = rows.findIndex(names => names.includes(folder));
	if (row === -1) throw new Error(`${folder} is not in the list of the folders of src`);
	return row;
}

function importsOf(text: string): readonly string[] {
	return [...text.matchAll(/(?:^|[\s;}])(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
}

const files = readdirSync(source, {recursive: true, encoding: 'utf8'}).filter(file => /(?<!\.test)\.tsx?$/.test(file));

test('each folder imports only from those below it, and each package has one owner', () => {
	expect(files.flatMap(file => offences(file, readFileSync(join(source, file), 'utf8')))).toEqual([]);
});

/** Groups of folders, whole paths, that import one another in a circle. */
function circles(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
	const reaches = (from: string): Set<string> => {
		const seen = new Set<string>();
		const open = [from];
		for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
			for (const next of edges.get(folder) ?? []) {
				if (!seen.has(next)) open.push(next);
				seen.add(next);
			}
		}
		return seen;
	};
	return [...edges.keys()].filter(folder => reaches(folder).has(folder)).sort();
}

test('no folder imports in a circle, and none has many files', () => {
	const edges = new Map<string, Set<string>>();
	const sizes = new Map<string, number>();
	for (const file of files) {
		const folder = dirname(file);
		sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
		const targets = edges.get(folder) ?? new Set();
		edges.set(folder, targets);
		for (const name of importsOf(readFileSync(join(source, file), 'utf8'))) {
			const target = relative(source, dirname(resolve(source, folder, name)));
			if (name.startsWith('.') && target !== folder && !target.startsWith('..')) targets.add(target);
		}
	}
	expect(circles(edges)).toEqual([]);
	// Each verb of the command line has a file: that is a list, and no folder to find one's way in.
	expect([...sizes].filter(([folder, files]) => files > 30 && folder !== 'cli/commands')).toEqual([]);
});

test('ARCHITECTURE.md has the folders in this order, and those of container/', () => {
	const [, folders = '', inContainer = ''] = readFileSync(join(source, '../ARCHITECTURE.md'), 'utf8').split(
		'\n| folder of ',
	);
	const named = (table: string) =>
		[...(table.split('\n\n')[0]?.matchAll(/^\| ([^|]*) \|/gm) ?? [])]
			.map(([, cell = '']) => [...cell.matchAll(/`([a-z]+)`/g)].map(([, name = '']) => name))
			.filter(row => row.length > 0);
	expect(named(folders)).toEqual(rows);
	const there = readdirSync(join(source, 'container'), {withFileTypes: true}).filter(each => each.isDirectory());
	expect(named(inContainer).flat().sort()).toEqual(there.map(({name}) => name).sort());
});

test('a circle of folders is named', () => {
	const edges = new Map([
		['a', new Set(['b'])],
		['b', new Set(['c'])],
		['c', new Set(['b'])],
	]);
	expect(circles(edges)).toEqual(['b', 'c']);
});

test('a plan is made from the OCI configuration and its extras, whoever wrote them, and not from a spec', () => {
	const asking = files.filter(
		file => file.startsWith('plan/') && /\bService\b/.test(readFileSync(join(source, file), 'utf8')),
	);
	expect(asking).toEqual([]);
});

test('nothing asks for an error, or bytes, of this realm alone', () => {
	// In a vm context, such as Jest's, those of node:fs are of another: `isError` and ArrayBuffer.isView know both.
	const asking = files.filter(file => /instanceof (Error|Uint8Array)\b/.test(readFileSync(join(source, file), 'utf8')));
	expect(asking).toEqual(['errors/is-error.ts']);
});

test('an offender is named', () => {
	expect(
		offences('plan/bad.ts', "import {execute} from '../execute/execute.ts';\nimport {execa} from 'execa';"),
	).toEqual(['plan/bad.ts: plan/ may not import execute/', 'plan/bad.ts: execa belongs to host/']);
	expect(offences('step/bad.ts', "const {x} = await import('../image/store.ts');")).toEqual([]);
	expect(offences('host/bad.ts', "export type {Step} from '../step/step.ts';\nimport 'zod/mini';")).toEqual([
		'host/bad.ts: host/ may not import step/',
		'host/bad.ts: zod/mini belongs to spec/',
	]);
});
