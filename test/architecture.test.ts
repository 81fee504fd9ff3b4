import {readdirSync, readFileSync} from 'node:fs';
import {join, relative, resolve} from 'node:path';
import {expect, test} from 'vitest';

const source = resolve(import.meta.dirname, '../src');

/** The folders from the top down; each imports only from itself and rows below. `plan` and `run` are one row: neither sees the other. */
const rows = [
	['cli'],
	['tui'],
	['view'],
	['library'],
	['supervise', 'runs'],
	['lock'],
	['engine'],
	['verify'],
	['run', 'plan'],
	['state'],
	['step'],
	['seccomp'],
	['oci'],
	['image'],
	['host'],
	['spec'],
	['errors'],
];
const owners: Readonly<Record<string, string>> = {
	execa: 'host',
	'node:child_process': 'host',
	tar: 'image',
	zod: 'spec',
	yaml: 'spec',
	cosmiconfig: 'spec',
	'yargs-parser': 'cli',
	ink: 'tui',
	react: 'tui',
};

/** The offences of one file, each in a line that names it: `plan/bad.ts: plan/ may not import run/`. */
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

test('nothing asks for an error, or bytes, of this realm alone', () => {
	// In a vm context, such as Jest's, those of node:fs are of another: `isError` and ArrayBuffer.isView know both.
	const asking = files.filter(file => /instanceof (Error|Uint8Array)\b/.test(readFileSync(join(source, file), 'utf8')));
	expect(asking).toEqual(['errors/is-error.ts']);
});

test('an offender is named', () => {
	expect(offences('plan/bad.ts', "import {execute} from '../run/execute.ts';\nimport {execa} from 'execa';")).toEqual([
		'plan/bad.ts: plan/ may not import run/',
		'plan/bad.ts: execa belongs to host/',
	]);
	expect(offences('step/bad.ts', "const {x} = await import('../image/store.ts');")).toEqual([]);
	expect(offences('host/bad.ts', "export type {Step} from '../step/step.ts';\nimport 'yargs-parser/helpers';")).toEqual(
		['host/bad.ts: host/ may not import step/', 'host/bad.ts: yargs-parser/helpers belongs to cli/'],
	);
});
