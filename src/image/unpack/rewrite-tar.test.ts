import {expect, test} from 'vitest';
import {type RawEntry, tar} from '../../../test/archives/tar-writer.ts';
import {entryReader} from '../archive/entry-reader.ts';
import {factsOf} from './entry-facts.ts';
import {rewriteTar, type SeenEntry, type TarChange} from './rewrite-tar.ts';
import {endBlocks, entryBlocks} from './tar-writer.ts';

/** Rewrites a tar that comes in chunks of a size. Returns it with its end mark. */
async function rewritten(source: Buffer, change: TarChange, chunk = 700): Promise<Buffer> {
	async function* chunks(): AsyncIterable<Buffer> {
		for (let at = 0; at < source.length; at += chunk) yield source.subarray(at, at + chunk);
	}
	const pieces: Buffer[] = [];
	for await (const piece of rewriteTar('x', chunks(), change)) pieces.push(piece);
	return Buffer.concat([...pieces, endBlocks]);
}

/** Name, kind, facts and data of each entry. */
function entriesOf(text: Buffer): readonly string[] {
	const entries: string[] = [];
	const reader = entryReader('x', ({name, kind, link, stored}, {end, header, pax}) => {
		const {mode, uid, gid, mtime} = factsOf({header, pax});
		const data = text.subarray(end - Math.ceil(stored / 512) * 512).subarray(0, stored);
		entries.push(
			[name, kind, mode.toString(8), `${uid}:${gid}`, mtime, link, data.toString('latin1')].join(' ').trim(),
		);
	});
	reader.feed(text);
	reader.end();
	return entries;
}

const sample: readonly RawEntry[] = [
	{name: './', type: '5', mode: 0o755},
	{name: './d/', type: '5', mode: 0o700, uid: 1, gid: 2},
	{name: './d/file', body: 'a'.repeat(1300), mode: 0o640},
	{name: './d/empty', body: ''},
	{name: './d/link', type: '2', link: '../x'},
	{name: './d/hard', type: '1', link: './d/file'},
	{name: './last', body: 'z'},
];
const same: TarChange = ({path}) => ({path});

test.each([1, 511, 512, 513, 700, 5000, 1_000_000])(
	'what is not changed passes, in chunks of %i bytes',
	async chunk => {
		expect(entriesOf(await rewritten(tar(...sample), same, chunk))).toEqual(
			entriesOf(tar(...sample)).map(line => line.replaceAll(/(^| )\.\/(?=\S)/g, '$1').replace(/^\.\/ /, '/ ')),
		);
	},
);

test('entries go, are replaced, and get others before and behind', async () => {
	const extra = (name: string) => entryBlocks({name, type: '0', mode: 0, uid: 0, gid: 0, mtime: 0});
	const change: TarChange = ({path}) => {
		if (path === '' || path === 'd/file' || path === 'd/hard') return undefined;
		if (path === 'd/empty') return extra('instead');
		if (path === 'd')
			return {path: 'e', mode: 0o711, uid: 5, mtime: 7, before: extra('before'), behind: extra('behind')};
		return {path: path === 'last' ? 'e/last' : path};
	};
	const names = entriesOf(await rewritten(tar(...sample), change)).map(line => line.split(' ').slice(0, 5).join(' '));
	expect(names).toEqual([
		expect.stringMatching(/^before file 0 0:0/),
		'e/ directory 711 5:2 7',
		expect.stringMatching(/^behind file 0 0:0/),
		expect.stringMatching(/^instead file 0 0:0/),
		expect.stringMatching(/^d\/link symlink/),
		expect.stringMatching(/^e\/last file/),
	]);
});

test('attributes are seen, and those that a change keeps stay', async () => {
	const source = Buffer.concat([
		entryBlocks({
			name: 'f',
			type: '0',
			mode: 0o644,
			uid: 0,
			gid: 0,
			mtime: 0,
			size: 3,
			attributes: {'security.capability': '\x01\0\n=\xff', 'trusted.overlay.origin': 'x'},
		}),
		Buffer.from('abc'),
		Buffer.alloc(509),
		entryBlocks({name: 'gone', type: '3', mode: 0, uid: 0, gid: 0, mtime: 0}),
		endBlocks,
	]);
	const seen: SeenEntry[] = [];
	const once = await rewritten(source, entry => {
		seen.push(entry);
		return {
			path: entry.path,
			attributes: new Map([...entry.attributes].filter(([name]) => !name.startsWith('trusted.'))),
		};
	});
	expect(seen.map(({path, isWhiteout}) => [path, isWhiteout])).toEqual([
		['f', false],
		['gone', true],
	]);
	const again: SeenEntry[] = [];
	await rewritten(once, entry => {
		again.push(entry);
		return undefined;
	});
	expect(again[0]?.attributes).toEqual(new Map([['security.capability', '\x01\0\n=\xff']]));
	expect(again[1]?.isWhiteout).toBe(true);
});

test('long names, and names that are no UTF-8, stay', async () => {
	const long = `${'n'.repeat(120)}/${'m'.repeat(200)}\xff`;
	const source = Buffer.concat([entryBlocks({name: long, type: '0', mode: 0, uid: 0, gid: 0, mtime: 0}), endBlocks]);
	expect(entriesOf(await rewritten(source, same))[0]?.split(' ')[0]).toBe(long);
});

test('a tar that ends early is refused', async () => {
	await expect(rewritten(tar(...sample).subarray(0, 2000), same)).rejects.toThrow('x');
});
