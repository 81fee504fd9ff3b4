import {expect, test} from 'vitest';
import {sampleTree} from '../../../test/support/sample-tree.ts';
import {copiedEntries} from './content-digest.ts';
import {findSources} from './find-sources.ts';
import {readIgnoreFile} from './ignore-rules.ts';
import {withoutIgnored} from './source-tree.ts';

const rules = (text: string) => readIgnoreFile({file: '/h/.dockerignore', shown: '.dockerignore', text});
const tree = sampleTree({
	'README.md': '',
	'package.json': '',
	'node_modules/a/index.js': '',
	'node_modules/a/keep/x.js': '',
	'src/a.ts': '',
	'src/a.test.ts': '',
	'src/deep/b.log': '',
	'docs/README.md': '',
	'docs/secret.txt': '',
	'.git/HEAD': '',
});
/** The files that are left. */
const left = (text: string) => {
	const seen = withoutIgnored(tree, rules(text));
	const all = findSources(seen, '.', {parents: false});
	return copiedEntries(seen, all.ok ? all.found : [])
		.filter(({kind}) => kind === 'file')
		.map(({to}) => to);
};

test.each([
	[
		'',
		[
			'.git/HEAD',
			'README.md',
			'docs/README.md',
			'docs/secret.txt',
			'node_modules/a/index.js',
			'node_modules/a/keep/x.js',
			'package.json',
			'src/a.test.ts',
			'src/a.ts',
			'src/deep/b.log',
		],
	],
	[
		'# comment\n\n  node_modules  \n/.git/\n**/*.log\n',
		['README.md', 'docs/README.md', 'docs/secret.txt', 'package.json', 'src/a.test.ts', 'src/a.ts'],
	],
	['*\n!src\n!package.json', ['package.json', 'src/a.test.ts', 'src/a.ts', 'src/deep/b.log']],
	['*\n!src/*.ts\n**/*.test.ts', ['src/a.ts']],
	['**\n!node_modules/a/keep', ['node_modules/a/keep/x.js']],
	['*.md\n!README.md\ndocs\nsrc\nnode_modules\n.git', ['README.md', 'package.json']],
	['!README.md\n*.md\n?git\n[dns]*', ['package.json']],
	['./src/../docs\n../.git\nnode_modules\nsrc\n*.json\n*.md', ['.git/HEAD']],
])('%j', (text, files) => {
	expect(left(text)).toEqual(files);
});

test('an empty folder is left of one that is excluded only when a file of it is in again', () => {
	const seen = withoutIgnored(tree, rules('docs/*\nsrc\n!src/none'));
	expect(seen.entry('docs')?.kind).toBe('directory');
	expect(seen.entry('src')).toBeUndefined();
	expect(seen.list('')).not.toContain('src');
});

test.each([
	['a\n[b', '.dockerignore:2:1: the pattern `[b`'],
	['!', '.dockerignore:1:1: the pattern `!` has nothing behind its `!`'],
])('%j is refused', (text, message) => {
	expect(() => rules(text)).toThrow(message);
});
