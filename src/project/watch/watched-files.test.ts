import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import type {BuildSource} from '../../spec/model/build-source.ts';
import type {WatchRule} from '../../spec/model/watch-rule.ts';
import {treeChanges, type TreeState} from './tree-state.ts';
import {watchedFiles} from './watched-files.ts';

const host = recordingHost({'/h/app': 'dir', '/h/app/src': 'dir', '/h/app/.dockerignore': 'docs\n*.md\n!keep.md\n'});
const build = {context: '/h/app', dockerfile: {file: '/h/app/Dockerfile'}} as unknown as BuildSource;

function held(rule: Partial<WatchRule>, paths: readonly string[], source?: BuildSource): readonly string[] {
	const all = {action: 'sync', path: '/h/app', ignore: [], include: [], initialSync: false, ...rule} as const;
	return paths.filter(watchedFiles(host, 'web', all, source).holds);
}

test('what editors and Git keep is never watched', () => {
	const passing = ['.git/HEAD', 'a/.git', '.a.swp', 'a/.b.swx', 'a~', '4913', '#a#', '.#a', '.idea/x', '.DS_Store'];
	expect(held({}, [...passing, 'a.txt', 'git/a', 'b.swp', '.env'])).toEqual(['a.txt', 'git/a', 'b.swp', '.env']);
});

test('`ignore` and `include` begin at the path', () => {
	const paths = ['a.ts', 'a.log', 'tmp/b.ts', 'deep/tmp/c.ts'];
	expect(held({ignore: ['tmp/', '*.log']}, paths)).toEqual(['a.ts', 'deep/tmp/c.ts']);
	expect(held({include: ['**/*.ts'], ignore: ['tmp']}, paths)).toEqual(['a.ts', 'deep/tmp/c.ts']);
	expect(held({include: ['tmp']}, paths)).toEqual(['tmp/b.ts']);
});

test('what the build leaves out begins at its context, and is in again where it says so', () => {
	const paths = ['docs/a', 'src/docs', 'a.md', 'keep.md', 'src/a.md'];
	expect(held({}, paths, build)).toEqual(['src/docs', 'keep.md', 'src/a.md']);
	expect(held({path: '/h/app/src'}, ['a.md', 'docs/x'], build)).toEqual(['a.md', 'docs/x']);
	expect(held({}, paths)).toEqual(paths);
});

test('a path that is not there, and a pattern that is none, are refused', () => {
	expect(() => held({path: '/h/none'}, [])).toThrow('/h/none, which does not exist');
	expect(() => held({ignore: ['a', '[']}, [])).toThrow('web: `develop.watch`: the pattern `[`');
});

const state = (entries: Readonly<Record<string, string>>): TreeState => ({
	folders: [],
	entries: new Map(
		Object.entries(entries).map(([path, mark]) => [path, {kind: mark === 'dir' ? 'directory' : 'file', mark}]),
	),
});

test('changes are what is new, different, or gone; what is of another kind goes first', () => {
	const before = state({a: '1', b: '1', c: '1', d: 'dir', 'd/e': '1', f: '1'});
	const after = state({a: '1', b: '2', d: '1', f: 'dir', 'f/g': '1'});
	expect(treeChanges(before, after)).toEqual({written: ['b', 'd', 'f', 'f/g'], deleted: ['c', 'd', 'd/e', 'f']});
	expect(treeChanges(after, after)).toEqual({written: [], deleted: []});
});
