import {expect, test} from 'vitest';
import {sampleTree} from '../../../test/support/sample-tree.ts';
import {contentDigest, copiedEntries} from './content-digest.ts';
import {findSources} from './find-sources.ts';
import {excludeRules} from './ignore-rules.ts';

const tree = sampleTree({
	'package.json': 'p',
	'package-lock.json': 'l',
	'src/a.ts': 'a',
	'src/sub/b.ts': 'b',
	'src/sub/note.md': 'm',
	'arr[0].txt': 'x',
	current: {link: 'src/sub'},
	up: {link: '../../../etc/passwd'},
	absolute: {link: '/src/a.ts'},
	loop: {link: 'loop'},
	'bin/run': {text: '#!', mode: 0o755},
});
/** The paths that are copied, below the destination. */
function copied(source: string, options: {parents?: boolean; exclude?: readonly string[]; from?: typeof tree} = {}) {
	const from = options.from ?? tree;
	const sources = findSources(from, source, {parents: options.parents ?? false});
	if (!sources.ok) return sources.missing;
	return copiedEntries(from, sources.found, excludeRules(options.exclude ?? [])).map(({to}) => to);
}

test.each([
	['package.json', ['package.json']],
	['/package.json', ['package.json']],
	['./package.json', ['package.json']],
	['../../package.json', ['package.json']],
	['package*.json', ['package-lock.json', 'package.json']],
	['yarn.lock*', []],
	['src', ['', 'a.ts', 'sub', 'sub/b.ts', 'sub/note.md']],
	['src/', ['', 'a.ts', 'sub', 'sub/b.ts', 'sub/note.md']],
	['src/*', ['a.ts', '', 'b.ts', 'note.md']],
	['s*/*.ts', ['a.ts']],
	['arr[[]0].txt', ['arr[0].txt']],
	['nothing', 'nothing'],
])('COPY %s', (source, paths) => {
	expect(copied(source)).toEqual(paths);
});

test('a symlink that is a source stands for its target inside the context', () => {
	expect(copied('current')).toEqual(['', 'b.ts', 'note.md']);
	expect(copied('current/b.ts')).toEqual(['b.ts']);
	expect(copied('curren?/*.md')).toEqual(['note.md']);
	expect(copied('absolute')).toEqual(['absolute']);
});

test('no symlink leads out of the context', () => {
	expect(copied('up')).toBe('up');
	expect(copied('loop')).toBe('loop');
	const withEtc = sampleTree({'etc/passwd': 'of the context', up: {link: '../../etc/passwd'}});
	expect(findSources(withEtc, 'up', {parents: false})).toEqual({
		ok: true,
		found: [{path: 'etc/passwd', name: 'up', below: '', kind: 'file'}],
	});
});

test('a symlink in a folder is copied as one', async () => {
	const withLink = sampleTree({'d/link': {link: '/etc/passwd'}});
	const sources = findSources(withLink, 'd', {parents: false});
	expect(copiedEntries(withLink, sources.ok ? sources.found : [])).toContainEqual(
		expect.objectContaining({to: 'link', kind: 'symlink', target: '/etc/passwd'}),
	);
});

test('--parents keeps the folders, from the pivot on', () => {
	expect(copied('src/sub/b.ts', {parents: true})).toEqual(['src/sub/b.ts']);
	expect(copied('src/./sub/*.ts', {parents: true})).toEqual(['sub/b.ts']);
	expect(copied('src/**/*.ts', {parents: true})).toEqual(['src/a.ts', 'src/sub/b.ts']);
	expect(copied('src/sub', {parents: true})).toEqual(['src/sub', 'src/sub/b.ts', 'src/sub/note.md']);
});

test('--exclude leaves out by the path below the source', () => {
	expect(copied('src', {exclude: ['*.md']})).toContain('sub/note.md');
	expect(copied('src', {exclude: ['**/*.md', 'a.ts']})).toEqual(['', 'sub', 'sub/b.ts']);
	expect(copied('src', {exclude: ['sub', '!sub/b.ts']})).toEqual(['', 'a.ts', 'sub/b.ts']);
	expect(copied('package*.json', {exclude: ['*-lock.json']})).toEqual(['package.json']);
});

test('the digest changes with names, contents, modes and targets, and with nothing else', async () => {
	const digest = async (files: Parameters<typeof sampleTree>[0]) => {
		const from = sampleTree(files);
		const sources = findSources(from, 'd', {parents: false});
		return contentDigest(from, copiedEntries(from, sources.ok ? sources.found : []));
	};
	const base = await digest({'d/a': '1', 'd/b': {link: 'a'}});
	expect(await digest({'d/b': {link: 'a'}, 'd/a': '1', other: 'x'})).toBe(base);
	const others = await Promise.all([
		digest({'d/a': '2', 'd/b': {link: 'a'}}),
		digest({'d/c': '1', 'd/b': {link: 'a'}}),
		digest({'d/a': {text: '1', mode: 0o755}, 'd/b': {link: 'a'}}),
		digest({'d/a': '1', 'd/b': {link: 'x'}}),
		digest({'d/a': '1', 'd/b': 'a'}),
		digest({'d/a': '1', 'd/b': {link: 'a'}, 'd/e/': ''}),
	]);
	expect(new Set([base, ...others]).size).toBe(7);
});
