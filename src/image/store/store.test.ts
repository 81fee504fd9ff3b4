import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {listImages} from './list.ts';
import {recordText} from './record.ts';
import {imageFolderName, imageOfFolder} from './store.ts';
import {sweepStore} from './sweep.ts';

const saved = 'v2-bookworm.json';
const facts = loadFacts(readFileSync(new URL(`../../../test/facts/${saved}`, import.meta.url), 'utf8'), saved);

const digestA = `sha256:aaaa${'0'.repeat(60)}`;
const digestB = `sha256:aaaabbbb${'0'.repeat(56)}`;

function image(
	digest: string,
	created: number,
	counts: {bytes: number | null; entries: number | null} = {bytes: 4096, entries: 2},
) {
	const folder = `/s/images/${digest.replace(':', '-')}`;
	return {
		[`${folder}/image.json`]: recordText({schema: 1, digest, archive: '/a.tar', created, ...counts}),
		[`${folder}/rootfs/etc/passwd`]: 'root',
	};
}

const files = {...image(digestA, 1), ...image(digestB, 2), '/s/tmp': 'dir'};
const none = new Set<string>();

test('lists images newest first with their use', () => {
	expect(listImages(recordingHost(files), '/s', new Set([imageFolderName({digest: digestA})]))).toEqual([
		{digest: digestB, archive: '/a.tar', bytes: 4096, entries: 2, created: 2, inUse: false},
		{digest: digestA, archive: '/a.tar', bytes: 4096, entries: 2, created: 1, inUse: true},
	]);
	expect(listImages(recordingHost(), '/s', none)).toEqual([]);
});

test('counts an image that a compiled script unpacked when listing it', () => {
	const [counted] = listImages(recordingHost(image(digestA, 1, {bytes: null, entries: null})), '/s', none);
	expect(counted).toMatchObject({entries: 3});
});

test('does not list an image whose record is damaged, missing, or of another digest', () => {
	const folder = `/s/images/${digestA.replace(':', '-')}`;
	for (const text of [
		'{',
		'{}',
		recordText({schema: 1, digest: digestB, archive: '', bytes: 1, entries: 1, created: 1}),
	]) {
		expect(listImages(recordingHost({[`${folder}/image.json`]: text}), '/s', none)).toEqual([]);
	}
	expect(listImages(recordingHost({[`${folder}/rootfs`]: 'dir', '/s/images/x': 'dir'}), '/s', none)).toEqual([]);
});

test('a sweep removes the work of dead processes, incomplete images and layers, and damaged records, and nothing else', async () => {
	const alive = `/proc/7/stat`;
	const host = recordingHost({
		...image(digestA, 1),
		[alive]: `7 (a) b) S ${'0 '.repeat(18)}4711 0`,
		'/s/tmp/7-4711-aa/rootfs/f': 'x',
		'/s/tmp/7-4712-aa/rootfs/f': 'x',
		'/s/tmp/8-1-aa': 'dir',
		'/s/tmp/stray': 'x',
		[`/s/images/${digestB.replace(':', '-')}/rootfs/f`]: 'x',
		'/s/lower/0123456789abcdef/fs/f': 'x',
		[`/s/names/${'1'.repeat(64)}.json`]: JSON.stringify({manifest: digestA}),
		[`/s/manifests/${'2'.repeat(64)}.json`]: '{"schema": 1, "mani',
		[`/s/names/.${'1'.repeat(64)}.json.8-0.tmp`]: 'a writer is about to rename it',
	});
	expect(await sweepStore(host, facts, '/s')).toEqual([
		'/s/tmp/7-4712-aa',
		'/s/tmp/8-1-aa',
		'/s/tmp/stray',
		`/s/images/${digestB.replace(':', '-')}`,
		'/s/lower/0123456789abcdef',
		`/s/manifests/${'2'.repeat(64)}.json`,
		`/s/names/${'1'.repeat(64)}.json`,
	]);
	expect(host.list('/s/tmp')).toEqual(['7-4711-aa']);
	expect(listImages(host, '/s', none)).toHaveLength(1);
	expect(await sweepStore(host, facts, '/s')).toEqual([]);
});

test('a folder name encodes the digest and the ids, and decodes to both', () => {
	const ids = {
		kind: 'range',
		uids: [{inside: 0, outside: 100_000, count: 65_536}],
		gids: [{inside: 0, outside: 200_000, count: 1000}],
	} as const;
	const name = imageFolderName({digest: digestA, ids});
	expect(name).toBe(`${digestA.replace(':', '-')}.u100000-65536.g200000-1000`);
	expect(imageOfFolder(name)).toEqual({digest: digestA, ids});
	expect(imageOfFolder(imageFolderName({digest: digestA}))).toEqual({digest: digestA});
	expect(imageOfFolder(`${name}.x`)).toBeUndefined();
});
