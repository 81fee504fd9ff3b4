import {expect, test} from 'vitest';
import {entry, long, pax, type RawEntry, tar} from '../../../test/archives/tar-writer.ts';
import {entryReader} from '../archive/entry-reader.ts';
import {layerFilter} from './layer-filter.ts';

/** Filters a tar in chunks of `size` bytes and reads what tar would get. */
function filtered(
	bytes: Buffer,
	size = bytes.length,
): {names: readonly string[]; tar: Buffer; opaque: readonly string[]; implied: readonly string[]} {
	const filter = layerFilter('layer 1 of x', {});
	const parts: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += size) parts.push(...filter.feed(bytes.subarray(at, at + size)));
	filter.end();
	const result = Buffer.concat(parts);
	const names: string[] = [];
	const reader = entryReader('result', ({kind, name}) => names.push(`${kind} ${name}`));
	reader.feed(result);
	reader.end();
	return {names, tar: result, opaque: filter.opaque().map(({path}) => path), implied: filter.implied()};
}

const folder = (name: string, more: Partial<RawEntry> = {}): RawEntry => ({name, type: '5', mode: 0o755, ...more});

test('a layer without whiteouts passes unchanged, however it is cut into chunks', () => {
	const bytes = tar(folder('d/'), {name: 'd/a', body: 'x'.repeat(700)}, long('L', `d/${'n'.repeat(150)}`), {
		name: 'cut',
		body: 'y',
	});
	for (const size of [bytes.length, 7, 511, 512, 513, 1024]) expect(filtered(bytes, size).tar.equals(bytes)).toBe(true);
});

test('a whiteout becomes a device 0/0 at the end, with any name and body', () => {
	const name = `${'n'.repeat(120)}\xff`;
	const bytes = tar(
		folder('d/'),
		{name: 'd/.wh.gone', body: 'ignored'},
		pax({path: `d/.wh.${name}`}),
		{name: 'short'},
		{name: 'kept', body: 'k'},
	);
	for (const size of [bytes.length, 1, 100, 512, 600]) {
		const {names} = filtered(bytes, size);
		expect(names).toEqual(['directory d/', 'file kept', 'device d/gone', `device d/${name}`]);
	}
});

test('a whiteout never hides what its own layer has, in whatever order', () => {
	const before = tar(
		{name: '.wh.a'},
		{name: 'a', body: '1'},
		{name: '.wh.d'},
		folder('d/'),
		{name: '.wh.e'},
		{name: 'e/f'},
	);
	const after = tar(
		{name: 'a', body: '1'},
		{name: '.wh.a'},
		folder('d/'),
		{name: '.wh.d'},
		{name: 'e/f'},
		{name: '.wh.e'},
	);
	for (const bytes of [before, after]) {
		const {names, opaque} = filtered(bytes);
		expect(names).toEqual(['file a', 'directory d/', 'file e/f']);
		expect(opaque).toEqual(['d', 'e']);
	}
});

test('opaque folders are listed with what their entry says of them, and marks of aufs are left out', () => {
	const bytes = tar(
		pax({mtime: '1700000000.25'}),
		folder('d/', {mode: 0o2751, uid: 7, gid: 8}),
		{name: 'd/.wh..wh..opq'},
		{name: '.wh..wh.plnk'},
		{name: '.wh..wh.aufs'},
	);
	const filter = layerFilter('layer 1 of x', {});
	filter.feed(bytes);
	filter.end();
	expect(filter.opaque()).toEqual([{path: 'd', mode: 0o2751, uid: 7, gid: 8, mtime: 1_700_000_000.25}]);
	expect(filtered(bytes).names).toEqual(['directory d/']);
});

test('folders without an entry of their own are told', () => {
	expect(filtered(tar({name: 'a/b/c'}, folder('a/'), {name: 'x/.wh.y'})).implied).toEqual(['a/b', 'x']);
	expect(filtered(tar({name: './f'})).implied).toEqual([]);
});

test('an empty layer is fine, and a damaged or hostile one is refused', () => {
	expect(filtered(tar()).names).toEqual([]);
	const refused = (bytes: Buffer, says: RegExp) => expect(() => filtered(bytes, 100)).toThrow(says);
	refused(entry({name: 'a', body: 'x'}), /layer 1 of x is truncated/);
	refused(tar({name: '.wh.'}), /whiteout of the name ""/);
	refused(tar({name: './.wh..wh..opq'}), /removes the whole root/);
	refused(tar({name: 'd/.wh...'}), /whiteout of the name "\.\."/);
	refused(tar({name: '../.wh.a'}), /has a "\.\." in it/);
	refused(tar({name: 'l', type: '2', link: '/'}, {name: 'l/.wh.etc'}), /lies below a symlink/);
	refused(tar({name: 'l', type: '2', link: '/'}, {name: 'l/.wh..wh..opq'}), /lies below a symlink/);
	refused(tar({name: 'a', type: '1', link: 'in-a-lower-layer'}), /is not an earlier file/);
});
