import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {pax, type RawEntry, tar} from '../archives/tar-writer.ts';
import {digestOf} from '../images/layer.ts';
import {makeImage} from '../images/make-image.ts';
import {target} from './attack.ts';

const layer = {entries: [{name: 'f', body: 'f'}]};
const image = makeImage({layers: [layer]});
const up = '../'.repeat(12);

/** The file of a blob in an archive. */
function blob(digest: string, body: Buffer | string): RawEntry {
	return {name: `blobs/sha256/${digest.slice(7)}`, body};
}

/** An archive with blobs, and an index that names a manifest. */
function archive(blobs: readonly (Buffer | RawEntry)[], top: string, names: readonly string[] = ['x:1']): Buffer {
	const manifests = names.map(name => ({
		mediaType: image.top.mediaType,
		digest: top,
		size: 10 ** 13,
		annotations: {'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name},
	}));
	return tar(...blobs, {name: 'index.json', body: JSON.stringify({schemaVersion: 2, manifests})});
}

/** All blobs of an image, one of them replaced. */
function blobsWith(replaced: string, by: readonly (Buffer | RawEntry)[]): readonly (Buffer | RawEntry)[] {
	return [...image.blobs].flatMap(([digest, body]) => (digest === replaced ? by : [blob(digest, body)]));
}

const [one] = image.images;
const config = one?.config.digest ?? '';
const data = one?.layers[0]?.descriptor.digest ?? '';
const link = (digest: string, type: string, to: string): RawEntry => ({...blob(digest, ''), type, link: to});
const sized = makeImage({layers: [{...layer, size: 10 ** 10}]});
const deep = Buffer.from(`{"schemaVersion":2,"x":${'['.repeat(1_900_000)}${']'.repeat(1_900_000)}}`);
const large = Buffer.concat([Buffer.from('{"rootfs":{}}'), Buffer.alloc(5 * 2 ** 20, ' ')]);
const over = makeImage({layers: [layer], manifest: {config: {...one?.config, digest: digestOf(large)}}});

const refused: readonly (readonly [title: string, bytes: (canary: string) => Buffer, says: RegExp])[] = [
	[
		'a configuration that is a symlink',
		canary => archive(blobsWith(config, [link(config, '2', canary)]), image.top.digest),
		/is missing/,
	],
	[
		'a configuration that is a hard link',
		canary => archive(blobsWith(config, [link(config, '1', up + canary)]), image.top.digest),
		/is missing/,
	],
	[
		'a layer that is a symlink',
		canary => archive(blobsWith(data, [link(data, '2', canary)]), image.top.digest),
		/is missing/,
	],
	[
		'a layer with another digest',
		() => archive(blobsWith(data, [blob(data, 'evil')]), image.top.digest),
		/has another digest/,
	],
	[
		'a configuration with another digest',
		() => archive(blobsWith(config, [blob(config, '{}')]), image.top.digest),
		/has another digest/,
	],
	[
		'a layer of another size than its manifest says',
		() =>
			archive(
				[...sized.blobs].map(([digest, body]) => blob(digest, body)),
				sized.top.digest,
			),
		/10000000000/,
	],
	[
		'a configuration of 5 MiB',
		() =>
			archive(
				[...[...over.blobs].map(([digest, body]) => blob(digest, body)), blob(digestOf(large), large)],
				over.top.digest,
			),
		/more than 4 MiB/,
	],
	['a manifest of brackets', () => archive([blob(digestOf(deep), deep)], digestOf(deep)), /has no layers/],
	['an index of brackets', () => tar({name: 'index.json', body: '['.repeat(3_000_000)}), /has no images/],
	['a manifest that is no digest', () => archive([], `sha256:${up}etc/passwd`), /has no images/],
];

test.each(refused)('an archive with %s is not loaded', async (_, bytes, says) => {
	await using at = await target();
	const {box, canary} = at;
	writeFileSync(join(box.folder, 'evil.tar'), bytes(canary.path));
	const {status, out, err} = await box.tsbox(['images', 'load', '-i', 'evil.tar']);
	expect({status, out, err}).toEqual({status: 125, out: '', err: expect.stringMatching(says)});
	expect(err).not.toContain('this is a bug');
	expect((await box.tsbox(['images', 'ls', '-q'])).out).toBe('');
	const left = ['blobs/sha256', 'lower', 'tmp'].flatMap(name => {
		const folder = join(box.folder, 'store', name);
		return existsSync(folder) ? readdirSync(folder) : [];
	});
	expect(left).toEqual([]);
	canary.isUntouched();
});

const names = [
	`${up}tmp/evil`,
	'/etc/passwd',
	'-x',
	'--help',
	'a/../../b',
	'..',
	'oci:/etc',
	'docker://-x',
	'x\u001b[31m',
	'x\ny',
	'a'.repeat(300),
	'x@sha256:..',
];

test('an archive is read for its blobs alone, and gives no image a name that is a path', async () => {
	await using at = await target();
	const {box, canary} = at;
	const strange = [
		{name: `${up}${canary.path.slice(1)}`, body: 'evil'},
		{name: canary.path, body: 'evil'},
		{name: 'blobs/sha256', type: '2', link: join(canary.path, '..')},
		{name: `blobs/sha256/${up}evil`, body: 'evil'},
		pax({path: canary.path}),
		{name: 'x', body: 'evil'},
		{name: 'memory', type: '3', device: [1, 1]},
	] as const;
	writeFileSync(
		join(box.folder, 'evil.tar'),
		archive([...strange, ...blobsWith('', []), blob(config, '{}'), blob(config, '{}')], image.top.digest, [
			...names,
			'ok:1',
		]),
	);
	const {status, out, err} = await box.tsbox(['images', 'load', '-i', 'evil.tar']);
	expect({status, out}).toMatchObject({status: 0, out: expect.stringMatching(/^\S*ok:1 /)});
	expect(err.match(/which is left out/g)).toHaveLength(names.length);
	expect(err).not.toContain('\u001b');
	expect(readdirSync(join(box.folder, 'store/names'))).toHaveLength(1);
	canary.isUntouched();
});

test('no verb takes a path or an option for the name of an image', async () => {
	await using at = await target();
	const {box, canary} = at;
	writeFileSync(join(box.folder, 'good.tar'), archive(blobsWith('', []), image.top.digest, ['ok:1']));
	expect((await box.tsbox(['images', 'load', '-i', 'good.tar'])).status).toBe(0);
	for (const name of [`${up}tmp/evil`, '-x', 'a/../../b', 'docker://-x', 'x\n\u001b[31my'])
		for (const words of [
			['tag', 'ok:1', name],
			['push', 'ok:1', name],
			['pull', name],
			['save', name],
		]) {
			const {status, err} = await box.tsbox(['images', ...words]);
			expect({words, status, isBug: err.includes('this is a bug')}).toEqual({
				words,
				status: expect.toBeOneOf([1, 2, 125]),
				isBug: false,
			});
			expect(err).not.toContain('\u001b');
		}
	expect((await box.tsbox(['images', 'ls', '-q'])).out.trim().split('\n')).toHaveLength(1);
	canary.isUntouched();
});
