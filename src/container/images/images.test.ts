import {readFileSync} from 'node:fs';
import {beforeEach, expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {speakToCommandLine} from '../../errors/callers-words.ts';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import type {Host} from '../../host/host.ts';
import {hold} from '../../image/store/hold.ts';
import {allNames, keepImage, keepName, namePath} from '../../image/store/images.ts';
import {recordText} from '../../image/store/record.ts';
import type {Machine} from '../machine/machine.ts';
import {imageHistory} from './image-history.ts';
import {listImages} from './list-images.ts';
import {pruneStore} from './prune-images.ts';
import {removeImage} from './remove-image.ts';
import {tagImage} from './tag-image.ts';

const saved = 'v2-bookworm.json';
const facts = loadFacts(readFileSync(new URL(`../../../test/facts/${saved}`, import.meta.url), 'utf8'), saved);
const digest = (letters: string): string => `sha256:${letters.padEnd(64, '0')}`;
const day = 86_400_000;

/** Each image has a layer of its own over the same base. */
const layer = (letters: string) => ({
	diffId: digest(letters),
	digest: digest(`b${letters}`),
	size: 9,
	mediaType: 'x.tar',
});
const image = (letters: string, created: number) => ({
	schema: 1 as const,
	manifest: digest(`a${letters}`),
	config: digest(`c${letters}`),
	layers: [layer('1'), layer(letters)],
	created,
});
const [old, young] = [image('d', 1), image('e', 2 * day)];
const nginx = 'docker.io/library/nginx:1.27';

const unpacked = (letters: string) => ({
	[`/s/lower/${letters.padEnd(16, '0')}/layer.json`]: JSON.stringify({
		schema: 1,
		diffId: digest(letters),
		bytes: 4096,
		entries: 1,
		implied: [],
		opaque: [],
		created: 1,
	}),
	[`/s/blobs/sha256/${digest(`b${letters}`).slice(7)}`]: '123456789',
});
const configuration = JSON.stringify({created: '2024-01-02T03:04:05Z', history: [{created_by: 'RUN x'}]});
const archive = `/s/images/${digest('f').replace(':', '-')}`;
const files = {
	...unpacked('1'),
	...unpacked('d'),
	...unpacked('e'),
	...unpacked('9'),
	...Object.fromEntries(
		[old, young].flatMap(({manifest, config}) => [
			[`/s/blobs/sha256/${manifest.slice(7)}`, '{}'],
			[`/s/blobs/sha256/${config.slice(7)}`, configuration],
		]),
	),
	[`${archive}/image.json`]: recordText({
		schema: 1,
		digest: digest('f'),
		archive: '/a.tar',
		bytes: 4096,
		entries: 1,
		created: 1,
	}),
	'/s/tmp': 'dir',
	'/s/names': 'dir',
	'/s/manifests': 'dir',
};

speakToCommandLine();

let host: Host;
let machine: Machine;
beforeEach(() => {
	host = recordingHost(files);
	machine = {host, facts, dirs: {store: '/s', state: '/r'}, limits: {}, bestEffort: false};
	keepImage(host, '/s', old);
	keepImage(host, '/s', young);
	keepName(host, '/s', {schema: 1, name: nginx, digest: digest('77'), manifest: young.manifest, pulled: 2 * day});
});

/** Writes the record of a container that has an image as its root. */
function use(used: object): void {
	host.mkdirs('/r/containers/web', 0o700);
	host.writeAtomic(
		'/r/containers/web/record.json',
		JSON.stringify({schema: 1, name: 'web', bootId: '', owner: {pid: 1, startTime: '1'}, image: used}),
	);
}

const parts = (): readonly string[] => [...host.list('/s/lower'), ...host.list('/s/blobs/sha256')];

test('images and archives are in one list, with what they take and who uses them', async () => {
	use({kind: 'image', ...young});
	expect(await listImages(machine)).toMatchObject([
		// 2 layers, 2 blobs of 9 bytes, the manifest, and the configuration.
		{
			kind: 'image',
			name: nginx,
			digest: young.manifest,
			tagDigest: digest('77'),
			usedBy: ['web'],
			created: Date.UTC(2024, 0, 2, 3, 4, 5),
		},
		{kind: 'image', name: null, tagDigest: null, usedBy: []},
		{kind: 'archive', name: '/a.tar', archive: '/a.tar', usedBy: []},
	]);
	const [{bytes} = {bytes: 0}] = await listImages(machine);
	expect(bytes).toBe(2 * 4096 + 2 * 9 + '{}'.length + configuration.length);
});

test('nothing is removed that a container uses', async () => {
	use({kind: 'image', ...young});
	await expect(removeImage(machine, 'nginx:1.27')).rejects.toMatchObject({
		code: 'E_IMAGE_IN_USE',
		why: 'the container web has it as root',
	});
	expect(await tagImage(machine, 'nginx:1.27', 'other', '/')).toBe('docker.io/library/other:latest');
	expect(await removeImage(machine, 'nginx:1.27')).toMatchObject({untagged: [nginx], digest: null});
	await expect(removeImage(machine, young.manifest.slice(7, 13))).rejects.toMatchObject({code: 'E_IMAGE_IN_USE'});
	expect((await pruneStore(machine, {all: true})).removed).toMatchObject([{digest: old.manifest}, {kind: 'archive'}]);
	expect(allNames(host, '/s')).toMatchObject([{name: 'docker.io/library/other:latest'}]);
	expect(host.list('/s/lower')).toEqual(['1'.padEnd(16, '0'), 'e'.padEnd(16, '0')]);
	await expect(removeImage(machine, '/a.tar')).rejects.toMatchObject({code: 'E_IMAGE_NOT_FOUND'});
});

test('an image stays when a start comes between', async () => {
	const remove = host.removeTree.bind(host);
	host.removeTree = path => {
		remove(path);
		if (path.startsWith('/s/manifests')) use({kind: 'image', ...young});
	};
	const before = [...parts(), ...host.list('/s/names'), ...host.list('/s/manifests')];
	await expect(removeImage(machine, 'nginx:1.27')).rejects.toMatchObject({code: 'E_IMAGE_IN_USE'});
	expect([...parts(), ...host.list('/s/names'), ...host.list('/s/manifests')]).toEqual(before);
});

test('what a pull came to need while it was taken away is put back', async () => {
	const needed = parts().length;
	const rename = host.rename.bind(host);
	host.rename = (from, to) => {
		rename(from, to);
		// This process runs, so what it holds counts.
		if (from.includes('9'.padEnd(16, '0'))) hold(host, '/s', {blobs: [digest('b9')], layers: [digest('9')]});
	};
	host.mkdirs(`/proc/${process.pid}`, 0o755);
	host.writeWhole(`/proc/${process.pid}/stat`, `${process.pid} (a) S ${'0 '.repeat(18)}4711 0`);
	expect((await pruneStore(machine, {olderMs: 10 * day})).removed).toEqual([]);
	expect(parts()).toHaveLength(needed);
});

test('pruning takes what has no name, and with --all the rest, the oldest first', async () => {
	const at = host.now();
	expect(await pruneStore(machine, {olderMs: at + day})).toMatchObject({removed: []});
	expect(await pruneStore(machine, {all: true, keepBytes: 2 * 4096 + 999})).toMatchObject({
		removed: [{digest: old.manifest, names: []}, {names: ['/a.tar']}],
	});
	expect(await listImages(machine)).toMatchObject([{name: nginx}]);
	expect((await pruneStore(machine)).removed).toEqual([]);
	expect((await pruneStore(machine, {all: true})).removed).toEqual([
		{kind: 'image', names: [nginx], digest: young.manifest},
	]);
	expect([...parts(), ...host.list('/s/tmp'), ...host.list('/s/names'), ...host.list('/s/manifests')]).toEqual([]);
});

test('what a killed writer of a name left is no name', async () => {
	const record = {schema: 1 as const, name: nginx, digest: digest('77'), manifest: old.manifest, pulled: 1};
	host.writeWhole(`${namePath('/s', nginx)}.4711-0123456789ab.tmp`, JSON.stringify(record));
	expect(allNames(host, '/s')).toMatchObject([{name: nginx, manifest: young.manifest}]);
});

test('an image without a history for each layer has the known steps on top', async () => {
	expect(await imageHistory(machine, 'nginx:1.27', '/')).toEqual([
		{layer: 2, diffId: digest('e'), bytes: 4096, created: null, createdBy: 'RUN x', comment: ''},
		{layer: 1, diffId: digest('1'), bytes: 4096, created: null, createdBy: '', comment: ''},
	]);
});

test.each([
	['ngimx:1.27', 'did you mean nginx:1.27?'],
	['aaa', '`tsbox images pull aaa`'],
	['../..', 'see `tsbox images`'],
])('%s is not found', async (word, hint) => {
	await expect(removeImage(machine, word)).rejects.toMatchObject({
		code: 'E_IMAGE_NOT_FOUND',
		hint: expect.stringContaining(hint),
	});
	expect(host.lstat(namePath('/s', nginx))).toBeDefined();
});
