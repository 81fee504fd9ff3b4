import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {pax, tar} from '../archives/tar-writer.ts';
import {type LayerSource, opaque, whiteout} from '../images/layer.ts';
import {makeImage} from '../images/make-image.ts';
import {registryPrograms, startRegistry} from '../images/registry.ts';
import {storeFiles} from '../images/store-files.ts';
import {canRun} from './can-run.ts';
import {testBox} from './box.ts';

const missing = process.getuid?.() === 0 ? registryPrograms.filter(name => !canRun(name)) : ['root'];
const needs = missing.length === 0 ? '' : ` (there is no ${missing.join(', ')})`;

const base: LayerSource = {
	createdBy: 'ADD base /',
	entries: [
		{name: 'etc/', type: '5', mode: 0o755},
		{name: 'etc/old', body: 'old'},
		{name: 'etc/kept', body: 'kept', uid: 1000, gid: 1001, mode: 0o640},
		{name: 'opt/', type: '5', mode: 0o755},
		{name: 'opt/hidden', body: 'x'},
	],
};
const top: LayerSource = {
	createdBy: 'COPY new /',
	entries: [
		whiteout('etc/old'),
		opaque('opt'),
		{name: 'opt/new', body: 'new'},
		pax({'SCHILY.xattr.user.note': 'v'}),
		{name: 'noted', body: 'n'},
	],
};
const image = makeImage({layers: [base, top], config: {Cmd: ['sh']}});
const other = makeImage({layers: [base], config: {Cmd: ['true']}, schema2: true});

/** The entries of a tar, as `tar -tv` shows them, without times. */
function entriesOf(path: string): readonly string[] {
	const text = execFileSync('tar', ['--numeric-owner', '-tvf', path], {
		encoding: 'utf8',
		env: {...process.env, LC_ALL: 'C'},
	});
	return text
		.split('\n')
		.filter(line => line !== '')
		.map(line => line.replace(/ +\d+ \d{4}-\d\d-\d\d \d\d:\d\d /, ' '))
		.sort();
}

describe.skipIf(missing.length > 0)(`images in and out of the store${needs}`, () => {
	test('push and save keep all digests, and load brings the same images back', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const run = (...words: readonly string[]) => box.tsbox(['images', ...words], {env: registry.environment});
		const one = await registry.push(image, 'one:1');
		const two = await registry.push(other, 'two:1');
		expect(await run('pull', '-q', one, two)).toMatchObject({status: 0});
		const store = join(box.folder, 'store');
		const before = storeFiles(store).filter(path => /^(blobs|lower|manifests)/.test(path));

		for (const [
			name,
			{
				top: {digest},
			},
		] of [
			[one, image],
			[two, other],
		] as const) {
			const there = `${registry.address}/copy/${digest.slice(7, 15)}:2`;
			expect(await run('push', name, there)).toMatchObject({status: 0, out: `${there} ${digest}\n`});
			const raw = execFileSync('skopeo', ['inspect', '--raw', `docker://${there}`], {
				env: {...process.env, ...registry.environment},
			});
			expect(raw).toEqual(name === one ? image.blobs.get(digest) : other.blobs.get(digest));
		}
		expect(await run('push', image.top.digest.slice(7, 19))).toMatchObject({
			status: 2,
			err: expect.stringContaining('does not say where to push it'),
		});

		await run('tag', one, 'shop:1');
		const archive = join(box.folder, 'all.tar');
		expect(await run('save', '-o', archive, one, 'shop:1', two)).toMatchObject({status: 0, out: '', err: ''});
		const again = await run('save', one, 'shop:1', two);
		expect(Buffer.from(again.out, 'latin1').equals(readFileSync(archive))).toBe(true);
		// What other tools read in it.
		for (const source of [`docker-archive:${archive}:shop:1`, `oci-archive:${archive}:${one}`])
			expect(JSON.parse(execFileSync('skopeo', ['inspect', '--config', source], {encoding: 'utf8'}))).toMatchObject({
				config: {Cmd: ['sh']},
			});

		expect(await run('prune', '--all')).toMatchObject({status: 0});
		expect(storeFiles(store).filter(path => !path.startsWith('locks'))).toEqual([]);
		const loaded = await run('load', '-i', archive);
		expect(loaded).toMatchObject({
			status: 0,
			out: `${one} shop:1 ${image.top.digest}\n${two} ${other.top.digest}\n`,
		});
		expect(storeFiles(store).filter(path => /^(blobs|lower|manifests)/.test(path))).toEqual(before);
		expect(storeFiles(store).filter(path => /^(tmp|locks)/.test(path))).toEqual([]);

		const docker = join(box.folder, 'docker.tar');
		execFileSync('skopeo', ['copy', '-q', `docker-archive:${archive}:${two}`, `docker-archive:${docker}:renamed:3`]);
		const stdin = await box.tsbox(['images', 'load', '-q'], {env: registry.environment, input: readFileSync(docker)});
		expect(stdin).toMatchObject({status: 0, out: expect.stringMatching(/^sha256:[0-9a-f]{64}\n$/)});
		expect((await run('--format', '{{.Name}}')).out.split('\n')).toContain('docker.io/library/renamed:3');
		expect(await run('load', '-i', box.file('no.tar', 'x'))).toMatchObject({
			status: 125,
			err: expect.stringContaining('not an archive of images'),
		});
	});

	test('export writes what a container would see, and import makes an image of a tar', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const run = (...words: readonly string[]) => box.tsbox(['images', ...words], {env: registry.environment});
		const one = await registry.push(image, 'one:1');
		expect(await run('pull', '-q', one)).toMatchObject({status: 0});
		const exported = join(box.folder, 'files.tar');
		expect(await run('export', one, exported)).toMatchObject({status: 0, out: '', err: ''});
		expect(entriesOf(exported)).toEqual([
			'-rw-r----- 1000/1001 ./etc/kept',
			'-rw-r--r-- 0/0 ./noted',
			'-rw-r--r-- 0/0 ./opt/new',
			'drwxr-xr-x 0/0 ./',
			'drwxr-xr-x 0/0 ./etc/',
			'drwxr-xr-x 0/0 ./opt/',
		]);
		expect(readFileSync(exported, 'latin1')).toContain('SCHILY.xattr.user.note=v');

		const made = await run('import', '-c', 'CMD ["cat", "/opt/new"]', '-c', 'ENV A=1 B="2 3"', exported, 'made:1');
		expect(made).toMatchObject({status: 0, out: expect.stringMatching(/^made:1 sha256:[0-9a-f]{64}\n$/)});
		expect(JSON.parse((await run('inspect', '--json', 'made:1')).out)).toMatchObject({
			configJson: {config: {Cmd: ['cat', '/opt/new'], Env: ['A=1', 'B=2 3']}, os: 'linux'},
			layers: [{blob: true}],
		});
		const second = join(box.folder, 'second.tar');
		expect(await run('export', 'made:1', second)).toMatchObject({status: 0});
		expect(entriesOf(second)).toEqual(entriesOf(exported));

		// Registries know no bzip2, and a tar may come from a pipe.
		const packed = execFileSync('bzip2', {input: tar({name: 'x', body: 'x'})});
		expect(await box.tsbox(['images', 'import', '-', 'piped'], {input: packed})).toMatchObject({status: 0});
		expect((await run('inspect', 'piped')).out).toMatch(/^1 +\w+ +\d/m);
		const before = storeFiles(join(box.folder, 'store'));
		for (const [file, says] of [
			[box.file('text.tar', 'no tar'), 'is not a tar'],
			[join(box.folder, 'none.tar'), 'there is no file'],
		] as const)
			expect(await run('import', file, 'bad:1')).toMatchObject({status: 125, err: expect.stringContaining(says)});
		expect(await run('import', '-c', 'RUN x', exported, 'bad:1')).toMatchObject({
			status: 2,
			err: expect.stringContaining('--change takes no RUN'),
		});
		expect(storeFiles(join(box.folder, 'store'))).toEqual(before);
	});

	test('outdated says which tags have moved, and du what all takes', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const run = (...words: readonly string[]) => box.tsbox(words, {env: registry.environment});
		const one = await registry.push(image, 'one:1');
		const two = await registry.push(other, 'two:1');
		expect(await run('images', 'pull', '-q', one, two)).toMatchObject({status: 0});
		expect(await run('images', 'outdated')).toMatchObject({status: 0, out: expect.not.stringContaining('moved')});
		await registry.push(other, 'one:1');
		const moved = await run('images', 'outdated', '--json');
		expect(moved.status).toBe(1);
		expect(JSON.parse(moved.out)).toMatchObject([
			{name: one, state: 'moved', here: image.top.digest, there: other.top.digest},
			{name: two, state: 'current'},
		]);
		const use = JSON.parse((await run('du', '--json')).out) as {
			readonly bytes: number;
			readonly images: readonly {readonly bytes: number; readonly shared: number; readonly unique: number}[];
			readonly rows: readonly {readonly kind: string; readonly bytes: number; readonly reclaimable: number}[];
		};
		const [row] = use.rows;
		expect(row).toMatchObject({kind: 'images', count: 2, active: 0, reclaimable: row?.bytes});
		// The base layer is the same in both.
		expect(use.images.reduce((all, {unique}) => all + unique, use.images[0]?.shared ?? 0)).toBe(row?.bytes);
		expect((await run('du', '-v')).out).toMatch(/^images +2 +0 .*tsbox images prune --all$/m);
	});
});
