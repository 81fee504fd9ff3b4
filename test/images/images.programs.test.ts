import {execFile, execFileSync} from 'node:child_process';
import {existsSync, lstatSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {pax} from '../archives/tar-writer.ts';
import {until} from '../system/until.ts';
import {containersHome, type KnownRegistry} from './containers-home.ts';
import {type Fault, faultyRegistry} from './faulty-registry.ts';
import {type LayerCompression, opaque, whiteout} from './layer.ts';
import {architecture, type ImageSource, makeImage, makeIndex} from './make-image.ts';
import {registryPrograms, startRegistry} from './registry.ts';
import {writeDockerArchive, writeLayout, writeOciArchive} from './write-image.ts';

const missing = [...registryPrograms, 'umoci', 'zstd'].filter(name => {
	try {
		execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], {stdio: 'ignore'});
		return false;
	} catch {
		return true;
	}
});
const needs = missing.length > 0 ? ` (there is no ${missing.join(', ')})` : '';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-images-'));
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

/** Runs skopeo as a user with this environment. Rejects with what it said. */
async function skopeo(environment: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<string> {
	const env = {PATH: process.env['PATH'], ...environment};
	const {stdout} = await promisify(execFile)('skopeo', words, {env, timeout: 20_000});
	return stdout;
}

const layered = (compression: LayerCompression = 'gzip'): ImageSource => ({
	layers: [
		{
			compression,
			createdBy: 'COPY all /',
			entries: [
				{name: 'etc/', type: '5', mode: 0o755},
				{name: 'etc/old', body: 'old'},
				{name: 'etc/kept', body: 'kept', uid: 1000},
				{name: 'opt/', type: '5', mode: 0o700},
				{name: 'opt/hidden', body: 'x'},
			],
		},
		// `srv` and `srv/deep` have no entries.
		{compression, entries: [whiteout('etc/old'), opaque('opt'), {name: 'opt/new', body: 'new'}, {name: 'srv/deep/f'}]},
		{compression: 'none', entries: [pax({'SCHILY.xattr.user.note': 'v'}), {name: 'etc/noted', body: 'x'}]},
	],
	config: {
		Entrypoint: ['/bin/sh'],
		Env: ['PATH=/bin', 'A=b'],
		Healthcheck: {Test: ['CMD', 'true']},
		Labels: {a: 'b'},
	},
});

/** Copies an image into a `dir:` of the test's folder: its manifest, configuration and layers. */
async function pulled(environment: Readonly<Record<string, string>>, address: string): Promise<readonly string[]> {
	await skopeo(environment, 'copy', '-q', `docker://${address}/x:1`, `dir:${join(folder, 'pulled')}`);
	return readdirSync(join(folder, 'pulled'));
}

describe.skipIf(missing.length > 0)(`an image for tests${needs}`, () => {
	test('has the files that umoci unpacks', () => {
		writeLayout(join(folder, 'layout'), {'1': makeImage(layered())});
		const rootless = process.getuid?.() === 0 ? [] : ['--rootless'];
		const words = ['unpack', ...rootless, '--image', `${join(folder, 'layout')}:1`, join(folder, 'bundle')];
		execFileSync('umoci', words, {stdio: 'pipe'});
		const root = join(folder, 'bundle/rootfs');
		expect(readdirSync(root, {recursive: true, encoding: 'utf8'}).sort()).toEqual(
			['etc', 'etc/kept', 'etc/noted', 'opt', 'opt/new', 'srv', 'srv/deep', 'srv/deep/f'].sort(),
		);
		expect(lstatSync(join(root, 'opt')).mode & 0o777).toBe(0o700);
	});

	test.each(['gzip', 'zstd', 'none'] as const)(
		'has layers of %s that are what their diff ids say',
		async compression => {
			const image = makeImage(layered(compression));
			expect(makeImage(layered(compression)).top).toEqual(image.top);
			const [source = ''] = writeLayout(join(folder, 'layout'), {'1': image});
			await skopeo({}, 'copy', '-q', '--dest-decompress', source, `dir:${join(folder, 'decompressed')}`);
			const diffIds = image.images[0]?.layers.map(({diffId}) => diffId.replace('sha256:', ''));
			expect(readdirSync(join(folder, 'decompressed'))).toEqual(expect.arrayContaining(diffIds ?? []));
		},
	);

	test('is the same in a layout, in its archive and in an archive of docker save', async () => {
		const image = makeImage(layered());
		const [layout = ''] = writeLayout(join(folder, 'layout'), {'1': image});
		writeOciArchive(join(folder, 'oci.tar'), {'1': image});
		writeDockerArchive(join(folder, 'docker.tar'), image, ['x:1']);
		for (const source of [layout, `oci-archive:${folder}/oci.tar:1`, `docker-archive:${folder}/docker.tar`])
			expect(await skopeo({}, 'inspect', '--config', '--raw', source)).toBe(String(image.images[0]?.configuration));
		expect(await skopeo({}, 'inspect', '--raw', layout)).toBe(String(image.blobs.get(image.top.digest)));
	});

	test.each([false, true])('is found by its platform (schema 2: %s)', async schema2 => {
		const other = architecture === 'arm64' ? 'amd64' : 'arm64';
		const sources = [other, architecture].map(each => ({...layered(), schema2, architecture: each}));
		const index = makeIndex(sources);
		await using registry = await startRegistry();
		const reference = await registry.push(index, 'x:1');
		expect(await skopeo(registry.environment, 'inspect', '--raw', `docker://${reference}`)).toBe(
			String(index.blobs.get(index.top.digest)),
		);
		for (const [at, each] of [other, architecture].entries()) {
			const words = ['--override-arch', each, 'inspect', '--config', '--raw', `docker://${reference}`];
			expect(await skopeo(registry.environment, ...words)).toBe(String(index.images[at]?.configuration));
		}
	});
});

describe.skipIf(missing.length > 0)(`a registry for tests${needs}`, () => {
	test('takes an image and gives it back, and leaves nothing', async () => {
		const image = makeImage(layered());
		const registry = await startRegistry();
		try {
			await registry.push(image, 'some/x:1');
			const reference = `docker://${registry.address}/some/x@${image.top.digest}`;
			expect(await skopeo(registry.environment, 'inspect', '--raw', reference)).toBe(
				String(image.blobs.get(image.top.digest)),
			);
			const request = `GET /v2/some/x/manifests/${image.top.digest} 200`;
			await until('the log has the request', () => registry.requests().includes(request));
		} finally {
			await registry[Symbol.asyncDispose]();
		}
		const home = registry.environment['HOME'] ?? '';
		expect(existsSync(join(home, '..'))).toBe(false);
		await expect(fetch(`http://${registry.address}/v2/`)).rejects.toThrow('fetch failed');
	});

	test('lets those in who have logged in and trust its authority', async () => {
		await using registry = await startRegistry({auth: true, tls: true});
		const reference = await registry.push(makeImage(layered()), 'x:1');
		const asked = async (known: KnownRegistry): Promise<string> =>
			skopeo(containersHome(join(folder, 'home'), [known]), 'inspect', '--raw', `docker://${reference}`);
		const {login: _, ...stranger} = registry.known;
		await expect(asked(stranger)).rejects.toThrow('authentication required');
		const {ca: __, ...distrustful} = registry.known;
		await expect(asked(distrustful)).rejects.toThrow('unknown authority');
		expect(await asked(registry.known)).toContain('schemaVersion');
	});

	test('without a fault has an image for skopeo', async () => {
		const image = makeImage(layered());
		await using registry = await faultyRegistry(image);
		const files = await pulled(containersHome(join(folder, 'home'), [registry.known]), registry.address);
		expect(files.length).toBe(2 + 4);
	});

	test.each<[Fault, string]>([
		[{kind: 'status', status: 401, at: 'all'}, 'unauthorized'],
		[{kind: 'status', status: 404, at: 'manifest'}, 'the registry says 404'],
		[{kind: 'status', status: 500, at: 'layer'}, 'status code from registry 500'],
		[{kind: 'cut', at: 'layer'}, 'unexpected EOF'],
		[{kind: 'other bytes', at: 'layer'}, 'Digest did not match'],
		[{kind: 'padded', bytes: 10_000_000, at: 'manifest'}, 'exceeded maximum allowed size'],
	])('fails as it was told to: %o', async (fault, says) => {
		await using registry = await faultyRegistry(makeImage(layered()), fault);
		const environment = containersHome(join(folder, 'home'), [registry.known]);
		await expect(pulled(environment, registry.address)).rejects.toThrow(says);
		expect(registry.faults()).toBeGreaterThan(0);
	});

	test('fails as often as it was told to, and says when to come again', async () => {
		const fault: Fault = {kind: 'status', status: 429, retryAfter: 1, times: 1, at: 'layer'};
		await using registry = await faultyRegistry(makeImage(layered()), fault);
		const files = await pulled(containersHome(join(folder, 'home'), [registry.known]), registry.address);
		expect(files.length).toBe(2 + 4);
		expect(registry.faults()).toBe(1);
	});

	test('never answers', async () => {
		await using registry = await faultyRegistry(makeImage(layered()), {kind: 'hang', at: 'config'});
		const child = execFile('skopeo', ['inspect', '--config', `docker://${registry.address}/x`], {
			env: {PATH: process.env['PATH'], ...containersHome(join(folder, 'home'), [registry.known])},
		});
		await until('the request has come', () => registry.faults() === 1);
		expect(child.exitCode).toBeNull();
		child.kill();
	});
});
