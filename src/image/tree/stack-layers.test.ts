import {expect, test} from 'vitest';
import type {LayerEntry} from './layer-entries.ts';
import {type LayerChange, LayerStack} from './stack-layers.ts';

const plain = {bytes: 0, isOpaque: false, below: []};
const file = (name: string, bytes: number): LayerEntry => ({...plain, kind: 'file', name, bytes});
const gone = (name: string): LayerEntry => ({...plain, kind: 'whiteout', name});
const folder = (name: string, ...below: readonly LayerEntry[]): LayerEntry => ({...plain, kind: 'folder', name, below});
const opaque = (name: string, ...below: readonly LayerEntry[]): LayerEntry => ({
	...folder(name, ...below),
	isOpaque: true,
});

/** Lines such as `C 3 /etc/hosts (hides 2)`. */
const lines = (changes: readonly LayerChange[]): readonly string[] =>
	changes.flatMap(({change, path, bytes, hidden, below}) => [
		`${change} ${bytes} ${path}${hidden === 0 ? '' : ` (hides ${hidden})`}`,
		...lines(below),
	]);

const base = [folder('etc', file('a', 1), file('b', 2)), folder('opt', file('x', 4), folder('deep', file('y', 8)))];

test('a layer adds, changes, and removes', () => {
	const stack = new LayerStack();
	expect(stack.add(base)).toMatchObject({added: {files: 4, bytes: 15}, hidden: 0});
	const second = stack.add([
		folder('etc', file('a', 16), gone('b'), gone('never')),
		folder('new', file('z', 32)),
		gone('opt'),
	]);
	expect(lines(second.changes)).toEqual([
		'C 16 /etc (hides 3)',
		'C 16 /etc/a (hides 1)',
		'D 2 /etc/b (hides 2)',
		'A 32 /new',
		'A 32 /new/z',
		'D 12 /opt (hides 12)',
	]);
	expect(second).toMatchObject({
		added: {files: 1, bytes: 32},
		changed: {files: 1, bytes: 16},
		removed: {files: 3, bytes: 14},
		hidden: 15,
	});
	expect(stack.wasted()).toEqual([
		{path: '/opt/deep/y', copies: 1, bytes: 8},
		{path: '/opt/x', copies: 1, bytes: 4},
		{path: '/etc/b', copies: 1, bytes: 2},
		{path: '/etc/a', copies: 1, bytes: 1},
	]);
});

test('what is removed and comes back is new, and its first copy stays wasted', () => {
	const stack = new LayerStack();
	stack.add([file('a', 1)]);
	stack.add([gone('a')]);
	expect(lines(stack.add([file('a', 4)]).changes)).toEqual(['A 4 /a']);
	expect(lines(stack.add([file('a', 8)]).changes)).toEqual(['C 8 /a (hides 4)']);
	expect(stack.wasted()).toEqual([{path: '/a', copies: 2, bytes: 5}]);
});

test('an opaque folder removes all that it does not have itself, also further down', () => {
	const stack = new LayerStack();
	stack.add(base);
	const {changes, removed} = stack.add([opaque('opt', file('x', 1), folder('deep', file('n', 1)))]);
	expect(lines(changes)).toEqual([
		'C 2 /opt (hides 12)',
		'C 1 /opt/x (hides 4)',
		'C 1 /opt/deep (hides 8)',
		'D 8 /opt/deep/y (hides 8)',
		'A 1 /opt/deep/n',
	]);
	expect(removed).toEqual({files: 1, bytes: 8});
});

test('a folder in place of a file, and a file in place of a folder', () => {
	const stack = new LayerStack();
	stack.add([file('a', 1), folder('b', file('c', 2))]);
	expect(lines(stack.add([folder('a', file('d', 4)), file('b', 8)]).changes)).toEqual([
		'C 4 /a (hides 1)',
		'D 1 /a (hides 1)',
		'A 4 /a/d',
		'C 8 /b (hides 2)',
	]);
	expect(lines(stack.add([file('a', 1)]).changes)).toEqual(['C 1 /a (hides 4)']);
});

test('a folder that only leads to another one is no change', () => {
	const stack = new LayerStack();
	stack.add(base);
	expect(stack.add([folder('etc')]).changes).toEqual([]);
	expect(lines(stack.add([folder('etc'), folder('empty')]).changes)).toEqual(['A 0 /empty']);
});
