import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {dashThemes} from '../src/spec/config/dash-words.ts';
import {tabNames} from '../src/tui/dash/model/tabs.ts';
import {tablePages, withTables} from './docs-tables.ts';

const project = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(project, path), 'utf8');
const pages = ['README.md', 'docs/dashboard.md'] as const;

/** Pictures that a page shows, as paths in the project. */
const picturesOf = (page: string): readonly string[] =>
	[...read(page).matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, path = '']) => join(dirname(page), path));

/** What keeps a text from being XML, as far as a generated picture can be wrong: tags that don't match, bare signs. */
function xmlProblem(text: string): string | undefined {
	const open: string[] = [];
	let rest = text;
	while (rest !== '') {
		const [, words = '', tag = ''] = /^([^<]*)(<(?:[^<>"]|"[^"<]*")*>)?/.exec(rest) ?? [];
		if (words + tag === '') return `not a tag: ${rest.slice(0, 40)}`;
		rest = rest.slice(words.length + tag.length);
		const bare = /&(?!(?:#\d+|#x[\da-f]+|amp|lt|gt|quot|apos);).{0,20}/i.exec(words + tag);
		if (bare !== null) return `not an entity: ${bare[0]}`;
		const name = /^<\/?([\w:-]+)/.exec(tag)?.[1];
		if (name === undefined) continue;
		if (tag.startsWith('</')) {
			const last = open.pop();
			if (last !== name) return `${tag} ends ${last ?? 'nothing'}`;
		} else if (!tag.endsWith('/>')) open.push(name);
	}
	return open.length === 0 ? undefined : `${open.join(', ')} without an end`;
}

test.each(tablePages)('docs/%s holds its tables as the code has them', async page => {
	const text = read(`docs/${page}`);
	expect(text, 'run `npm run docs:tables`').toBe(await withTables(page, text));
});

test('docs/dashboard.md names every tab and theme', () => {
	const text = read('docs/dashboard.md');
	expect([...tabNames, ...dashThemes].filter(name => !text.includes(`\`${name}\``))).toEqual([]);
});

test.each(pages)('the pictures that %s shows are there, are XML, and ask nobody for anything', page => {
	const pictures = picturesOf(page);
	expect(pictures).not.toEqual([]);
	const found = pictures.map(path => {
		if (!existsSync(join(project, path))) return `${path}: is not there`;
		const text = read(path);
		const problem = xmlProblem(text);
		if (problem !== undefined) return `${path}: ${problem}`;
		return /https?:(?!\/\/www\.w3\.org\/)/.test(text) || text.includes('@import') ? `${path}: refers to the web` : path;
	});
	expect(found).toEqual(pictures);
});
