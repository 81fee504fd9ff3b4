import {chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {compareTrees} from './compare-trees.ts';
import {copyTree, treeSize} from './copy-tree.ts';
import type {OwnerIds} from './owners.ts';

let folder = '';
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-compare-'));
	mkdirSync(join(folder, 'a/below'), {recursive: true});
	writeFileSync(join(folder, 'a/text'), 'made on monday\n');
	writeFileSync(join(folder, 'a/below/large'), Buffer.alloc(70_000, 1));
	symlinkSync('/nowhere', join(folder, 'a/link'));
	copyTree(
		join(folder, 'a'),
		join(folder, 'b'),
		names => names.toReversed(),
		ids => ids,
	);
});
afterEach(() => rmSync(folder, {recursive: true}));

const differences = () => compareTrees(join(folder, 'a'), join(folder, 'b'), '/');

test('ignores the order of creation', () => {
	expect(differences()).toEqual([]);
	expect(treeSize(join(folder, 'b'))).toBeGreaterThan(70_000);
});

test('reports each difference by its path, and the first differing byte by its offset', () => {
	writeFileSync(join(folder, 'b/text'), 'made on sunday\n');
	writeFileSync(join(folder, 'b/below/large'), Buffer.concat([Buffer.alloc(69_999, 1), Buffer.of(2)]));
	writeFileSync(join(folder, 'b/more'), '');
	rmSync(join(folder, 'b/link'));
	symlinkSync('/elsewhere', join(folder, 'b/link'));
	chmodSync(join(folder, 'b/below'), 0o711);
	expect(
		differences().map(({path, what, offset, one, other}) => [path, what, offset, one, other]),
	).toMatchInlineSnapshot(`
		[
		  [
		    "/below",
		    "mode",
		    undefined,
		    "0755",
		    "0711",
		  ],
		  [
		    "/below/large",
		    "bytes",
		    69999,
		    "01",
		    "02",
		  ],
		  [
		    "/link",
		    "target",
		    undefined,
		    "/nowhere",
		    "/elsewhere",
		  ],
		  [
		    "/more",
		    "presence",
		    undefined,
		    "missing",
		    "a file",
		  ],
		  [
		    "/text",
		    "bytes",
		    8,
		    ""monday\\n"",
		    ""sunday\\n"",
		  ],
		]
	`);
});

test('reports the end of a file that is a prefix of the other', () => {
	writeFileSync(join(folder, 'b/text'), 'made on monday\nat noon\n');
	expect(differences()).toEqual([{path: '/text', what: 'bytes', offset: 15, one: 'the end', other: '"at noon\\n"'}]);
});

test('does not look into a folder that is a file on the other side', () => {
	rmSync(join(folder, 'b/text'));
	mkdirSync(join(folder, 'b/text'));
	expect(differences()).toEqual([{path: '/text', what: 'kind', one: 'file', other: 'folder'}]);
	expect(compareTrees(join(folder, 'no'), join(folder, 'none'), '/x')).toEqual([]);
});

test('ignores owners that correspond by the map, and reports all others', () => {
	const {uid, gid} = statSync(folder);
	const compareWith = (ids: OwnerIds) => compareTrees(join(folder, 'a'), join(folder, 'b'), '/', () => ids);
	expect(compareWith({uid, gid})).toEqual([]);
	expect(compareWith({uid: uid + 1, gid}).at(0)).toEqual({
		path: '/',
		what: 'owner',
		one: `${uid}:${gid}`,
		other: `${uid}:${gid}`,
	});
});
