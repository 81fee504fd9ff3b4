import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {linkedPages, readPage} from './docs-pages.ts';

const project = join(import.meta.dirname, '..');

/** The paths of the project that a text names: `src/cli/main.ts`, `test/golden`. */
function pathsIn(text: string): readonly string[] {
	return [...new Set(text.match(/(?<![\w./$~-])(?:src|test|bin)\/[\w./-]*\w/g) ?? [])];
}

test.each(linkedPages)('the files of the project that %s names are there', page => {
	expect(pathsIn(readPage(page)).filter(path => !existsSync(join(project, path)))).toEqual([]);
});

test('a path is found in code, in a table and in a block, and none of a container or of a person is', () => {
	expect(pathsIn('`src/a.ts`, see test/b\n| src/c.ts | /usr/bin/sh ./src/d ~/src/e')).toEqual([
		'src/a.ts',
		'test/b',
		'src/c.ts',
	]);
});

test('the files that comments of src name are there', () => {
	const sources = readdirSync(join(project, 'src'), {recursive: true, encoding: 'utf8'}).filter(name =>
		/\.tsx?$/.test(name),
	);
	const wrong = sources.flatMap(source =>
		readFileSync(join(project, 'src', source), 'utf8')
			.split('\n')
			.filter(line => /^\s*(?:\/?\*|\/\/)/.test(line))
			.flatMap(line => line.match(/(?<![\w./])[a-z]+\/[a-z/-]+\.tsx?\b/g) ?? [])
			.filter(path => !existsSync(join(project, path)) && !existsSync(join(project, 'src', path)))
			.map(path => `${source}: ${path}`),
	);
	expect(wrong).toEqual([]);
});

test('the list of decisions names each', () => {
	const list = readPage('docs/decisions/README.md');
	const decisions = readdirSync(join(project, 'docs/decisions')).filter(name => /^\d{4}-/.test(name));
	expect(decisions.filter(name => !list.includes(`(${name})`))).toEqual([]);
});
