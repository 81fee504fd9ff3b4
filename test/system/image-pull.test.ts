import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {sealTools} from '../../src/host/programs/sealed-tools.ts';
import {type LayerProgress, pullImage} from '../../src/image/pull/pull.ts';
import {type ImageRequest, type OciFacts, resolveImage} from '../../src/image/pull/resolve.ts';
import {lowerFolders} from '../../src/image/store/facts.ts';
import {canaryPath, hostileArchives} from '../archives/hostile.ts';
import {long, pax, tar} from '../archives/tar-writer.ts';
import {containersHome} from '../images/containers-home.ts';
import {type Fault, faultyRegistry} from '../images/faulty-registry.ts';
import {type LayerSource, opaque, whiteout} from '../images/layer.ts';
import {type ImageSource, makeImage, makeIndex} from '../images/make-image.ts';
import {startRegistry} from '../images/registry.ts';
import {writeDockerArchive, writeLayout, writeOciArchive} from '../images/write-image.ts';
import {type TestStore, testStore} from './image-store.ts';

const root = process.getuid?.() === 0;

/** The copied tools, which all tests share. */
let tools: TestStore;
beforeAll(async () => {
	tools = await testStore();
});
afterAll(() => tools.remove());

let at: TestStore;
beforeEach(async () => {
	at = await testStore();
});
afterEach(() => at.remove());

/** How a test pulls. */
interface Pull extends Partial<ImageRequest> {
	readonly env?: Readonly<Record<string, string>>;
	readonly patience?: number;
	readonly onProgress?: (layers: readonly LayerProgress[]) => void;
}

/** Pulls an image into the store of the test, as a start does. */
async function pulled(reference: string, {env = {}, patience, onProgress, ...more}: Pull = {}): Promise<OciFacts> {
	const {host, facts, store} = at;
	const asked = {host, facts, store, env: {HOME: at.folder, ...env}, patience};
	const request = {reference, pull: 'missing', remember: true, ...more} as const;
	const {facts: image} = await resolveImage(asked, request);
	const toolbox = sealTools(host, facts, tools.store);
	if (!image.stored) await pullImage(image, {...asked, toolbox, signal: more.signal, onProgress});
	return (await resolveImage(asked, {...request, pull: 'never'})).facts;
}

/** Everything that can be seen of a tree, one line a file. The times of the root are those of its layers' folders. */
const listing = `cd "$1"
find . -mindepth 1 -printf '%p %y %M %U %G %l' \\( -type d -printf ' %T@\\n' -o -printf ' %n %T@ %s\\n' \\) | LC_ALL=C sort
find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
find . \\( -type b -o -type c \\) -exec stat -c '%n %t:%T' {} + | sort
getcap -r . | sort; getfattr -R -h -d -m '^(user|security\\.capability)' . | LC_ALL=C sort`;

/** The tree that containers of an image see. */
function shownTree(image: OciFacts): string {
	// An overlay without a writable layer needs two folders.
	const folders = [...lowerFolders(image), join(at.folder, 'empty')];
	const mount = `mkdir -p empty tree; cd "$2"; mount -t overlay overlay -o "lowerdir=$3" "$1/tree"; set -- "$1/tree"\n${listing}`;
	const relative = folders.map(path => path.replace(`${at.store}/lower/`, ''));
	return execFileSync(
		'unshare',
		['-m', 'sh', '-euc', mount, 'sh', at.folder, `${at.store}/lower`, relative.join(':')],
		{
			cwd: at.folder,
			encoding: 'utf8',
		},
	);
}

/** The tree that umoci makes of the same image. */
function umociTree(layout: string, tag: string): string {
	execFileSync('umoci', ['unpack', '--keep-dirlinks', '--image', `${layout}:${tag}`, join(at.folder, 'umoci')], {
		stdio: 'ignore',
	});
	return execFileSync('sh', ['-euc', listing, 'sh', join(at.folder, 'umoci/rootfs')], {encoding: 'utf8'});
}

const folder = (name: string, more: object = {}) => ({name, type: '5', mode: 0o755, mtime: 1_600_000_000, ...more});
const file = (name: string, body: string, more: object = {}) => ({name, body, mtime: 1_500_000_000, ...more});

const base: LayerSource = {
	entries: [
		folder('d/', {mode: 0o1777, uid: 12, gid: 34}),
		file('d/a', 'a', {mode: 0o4755}),
		{name: 'd/hard', type: '1', link: 'd/a'},
		{name: 'd/link', type: '2', link: '../../../etc', mtime: 1},
		folder('d/deep/'),
		file('d/deep/x', 'x'),
		folder('gone/'),
		file('gone/y', 'y'),
		file('file', 'f'),
		folder('dev/'),
		{name: 'dev/null', type: '3', device: [1, 3], mode: 0o666},
		{name: 'fifo', type: '6'},
		pax({'SCHILY.xattr.user.note': 'kept', mtime: '1600000000.5'}),
		file('noted', 'n', {uid: 1000}),
	],
};

const images: Readonly<Record<string, ImageSource>> = {
	'one layer': {layers: [base]},
	'zstd and plain layers': {
		layers: [
			{...base, compression: 'zstd'},
			{entries: [file('z', 'z')], compression: 'none'},
		],
	},
	whiteouts: {layers: [base, {entries: [folder('d/'), whiteout('d/link'), whiteout('gone'), whiteout('nothing')]}]},
	'an opaque folder': {
		layers: [
			base,
			{entries: [folder('d/', {mode: 0o2751, uid: 5}), opaque('d'), file('d/new', 'n'), folder('d/deep/')]},
		],
	},
	'an opaque folder before its entry': {layers: [base, {entries: [opaque('d'), folder('d/'), file('d/new', 'n')]}]},
	'a file in place of a folder': {layers: [base, {entries: [whiteout('d'), file('d', 'now a file')]}]},
	'a folder in place of a file': {layers: [base, {entries: [whiteout('file'), folder('file/'), file('file/in', 'i')]}]},
	'what was removed comes back': {
		layers: [base, {entries: [whiteout('gone')]}, {entries: [folder('gone/'), file('gone/z', 'z')]}],
	},
	'long and odd names': {
		layers: [
			{
				entries: [
					folder('l/'),
					long('L', `l/${'n'.repeat(200)}`),
					file('cut', 'c'),
					file('l/n\xff\n', 'odd'),
					file('l/ -rf *', 'x'),
				],
			},
			{entries: [folder('l/'), pax({path: `l/.wh.${'n'.repeat(200)}`}), file('cut', '')]},
		],
	},
	'an empty layer': {layers: [base, {entries: []}]},
	'the same layer twice': {layers: [base, {entries: [whiteout('file')]}, base]},
	'127 layers': {
		layers: [base, ...Array.from({length: 126}, (_, n) => ({entries: [folder('d/'), file('d/count', `${n}`)]}))],
	},
};

describe.skipIf(!root)('an image becomes the tree that umoci makes of it', () => {
	test.each(Object.keys(images))('%s', async name => {
		const layout = join(at.folder, 'layout');
		const [reference = ''] = writeLayout(layout, {t: makeImage(images[name] ?? {layers: []})});
		const image = await pulled(reference);
		// umoci 0.4 knows no zstd.
		const plain = (images[name]?.layers ?? []).map(layer => ({...layer, compression: 'gzip' as const}));
		writeLayout(layout, {t: makeImage({layers: plain})});
		expect(shownTree(image)).toBe(umociTree(layout, 't'));
		expect(at.contents().tmp).toEqual([]);
	});
});

describe.skipIf(!root)('an image comes from', () => {
	const source: ImageSource = {layers: [base, {entries: [folder('d/'), file('d/b', 'b')]}]};

	test('archives of docker save and of OCI', async () => {
		const made = makeImage(source);
		writeDockerArchive(join(at.folder, 'docker.tar'), made, ['x:1']);
		writeOciArchive(join(at.folder, 'oci.tar'), {t: made});
		const one = await pulled(`docker-archive:${at.folder}/docker.tar`);
		for (const reference of [
			`archive:${at.folder}/docker.tar`,
			`archive:${at.folder}/oci.tar`,
			`oci-archive:${at.folder}/oci.tar:t`,
		])
			expect((await pulled(reference)).layers.map(({path}) => path)).toEqual(one.layers.map(({path}) => path));
	});

	test('a registry: layers that are there are not fetched again, and an index has one for this machine', async () => {
		await using registry = await startRegistry();
		await registry.push(makeIndex([{...source, architecture: 'nothing'}, source]), 'a:1');
		await registry.push(makeImage({layers: [base, {entries: [file('other', 'o')]}], schema2: true}), 'b:1');
		const a = await pulled(`${registry.address}/a:1`, {env: registry.environment});
		expect(a.digest).not.toBe(a.manifest);
		const seen: string[] = [];
		const onProgress = (layers: readonly LayerProgress[]): void =>
			void seen.push(layers.map(({state}) => state).join(' '));
		const b = await pulled(`${registry.address}/b:1`, {env: registry.environment, onProgress});
		expect(b.layers[0]?.path).toBe(a.layers[0]?.path);
		expect(seen.every(states => states.startsWith('done '))).toBe(true);
		const missing = pulled(`${registry.address}/a:1`, {
			env: registry.environment,
			pull: 'always',
			platform: 'linux/s390x',
		});
		await expect(missing).rejects.toMatchObject({code: 'E_IMAGE_NOT_FOUND'});
		const again = await pulled(`${registry.address}/a@${a.digest}`, {env: registry.environment});
		expect(again.manifest).toBe(a.manifest);
	});

	test.each([{auth: true}, {tls: true}])('a registry with %o', async options => {
		await using registry = await startRegistry(options);
		await registry.push(makeImage(source), 'x:1');
		const reference = `${registry.address}/x:1`;
		expect((await pulled(reference, {env: registry.environment})).stored).toBe(true);
		if (options.auth !== true) return;
		const stranger = pulled(reference, {pull: 'always'});
		await expect(stranger).rejects.toMatchObject({code: 'E_IMAGE_PULL', hint: expect.stringContaining('skopeo login')});
	});
});

test.skipIf(!root)('a layout with several platforms has one for this machine', async () => {
	const index = makeIndex([{layers: [{entries: [file('other', 'o')]}], architecture: 'nothing'}, {layers: [base]}]);
	const [layout = ''] = writeLayout(join(at.folder, 'layout'), {t: index});
	const archive = join(at.folder, 'layout.tar');
	writeOciArchive(archive, {t: index});
	for (const reference of [layout, `oci-archive:${archive}:t`, `archive:${archive}`]) {
		const image = await pulled(reference);
		expect(image).toMatchObject({stored: true, digest: index.top.digest, manifest: index.images[1]?.manifest.digest});
		expect(shownTree(image)).toContain('./d/deep/x');
	}
	const missing = pulled(layout, {pull: 'always', platform: 'linux/s390x'});
	await expect(missing).rejects.toMatchObject({code: 'E_IMAGE_NOT_FOUND'});
});

describe.skipIf(!root)('a registry that', () => {
	const made = makeImage({layers: [base, {entries: [file('big', 'x'.repeat(300_000))], compression: 'none'}]});
	/** Pulls with a fault, and says how the pull ended. */
	async function pullWith(fault: Fault): Promise<unknown> {
		await using registry = await faultyRegistry(made, fault);
		const env = containersHome(at.folder, [registry.known]);
		const patience = fault.kind === 'hang' ? 1000 : 30_000;
		const ended: unknown = await pulled(`${registry.address}/x:1`, {env, patience}).catch((error: unknown) => error);
		expect(registry.faults()).toBeGreaterThan(0);
		expect(at.contents().tmp).toEqual([]);
		return ended;
	}

	const passing: readonly (readonly [title: string, fault: Fault])[] = [
		['is asked too often once', {at: 'layer', kind: 'status', status: 429, retryAfter: 1, times: 1}],
		['says 500 once', {at: 'layer', kind: 'status', status: 500, times: 1}],
		['sends half a layer and then the rest', {at: 'layer', kind: 'cut', times: 1}],
	];

	test.each(passing)('%s', async (_title, fault) => {
		expect(await pullWith(fault)).toMatchObject({stored: true});
	});

	const lasting: readonly (readonly [title: string, fault: Fault, says: RegExp])[] = [
		['says 401', {at: 'manifest', kind: 'status', status: 401}, /wants a login/],
		['says 404', {at: 'manifest', kind: 'status', status: 404}, /no such image/],
		['sends another layer', {at: 'layer', kind: 'other bytes'}, /digest|arrived/i],
		['sends another configuration', {at: 'config', kind: 'other bytes'}, /digest|arrived/i],
		['has a manifest of 10 MB', {at: 'manifest', kind: 'padded', bytes: 10_000_000}, /4 MiB|too big|exceed|larger/i],
		['never answers', {at: 'manifest', kind: 'hang'}, /sent nothing/],
		['stops in a layer', {at: 'layer', kind: 'hang'}, /sent nothing/],
	];

	test.each(lasting)('%s', async (_title, fault, says) => {
		const error = await pullWith(fault);
		expect(error).toMatchObject({name: 'TsboxError'});
		const {message, why = '', output = ''} = error as {message: string; why?: string; output?: string};
		expect(`${message}\n${why}\n${output}`).toMatch(says);
		expect(existsSync(`${at.store}/names`)).toBe(false);
	});
});

describe.skipIf(!root)('a hostile image', () => {
	test('layers that lie about their digest, or lead out of their root, are refused, and nothing is left', async () => {
		const attacks = hostileArchives.filter(
			({limits, says}) => limits === undefined && !/several layers|points out of its root|no entries/.test(says),
		);
		const lies: readonly LayerSource[] = [
			// The rules have a test of their own with all of them.
			...attacks.filter((_, n) => n % 6 === 0).map(({bytes}) => ({entries: bytes()})),
			{entries: base.entries, diffId: `sha256:${'0'.repeat(64)}`},
			{entries: tar({name: 'l', type: '2', link: '/'}, {name: 'l/.wh.etc'})},
			{entries: tar({name: 'x', type: '1', link: 'file'})},
			{entries: [opaque('.')]},
			{entries: base.entries, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted'},
			{entries: base.entries, mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'},
		];
		for (const [n, layer] of lies.entries()) {
			const [reference = ''] = writeLayout(join(at.folder, `lie${n}`), {t: makeImage({layers: [layer]})});
			await expect(pulled(reference), `attack ${n}`).rejects.toMatchObject({name: 'TsboxError'});
		}
		expect(existsSync(canaryPath)).toBe(false);
		expect(existsSync(`${at.store}/names`)).toBe(false);
		expect(at.contents().tmp).toEqual([]);
		expect(existsSync(`${at.store}/lower`) ? readdirSync(`${at.store}/lower`) : []).toEqual([]);
	}, 120_000);
});

test.skipIf(!root)('a pull that is called off at any time leaves nothing half, and the next one goes on', async () => {
	await using registry = await startRegistry();
	const layers = [base, ...Array.from({length: 5}, (_, n) => ({entries: [file(`f${n}`, `${n}`.repeat(2_000_000))]}))];
	await registry.push(makeImage({layers}), 'x:1');
	const reference = `${registry.address}/x:1`;
	let calledOff = 0;
	for (let looks = 1; looks < 10_000; looks = Math.ceil(looks * 1.5)) {
		const stop = new AbortController();
		let left = looks;
		const onProgress = (): void => {
			if (--left === 0) stop.abort();
		};
		const act = pulled(reference, {env: registry.environment, signal: stop.signal, onProgress});
		const code: unknown = await act.then(
			() => 'done',
			(error: unknown) => (error as {code?: unknown}).code,
		);
		expect(at.contents().tmp).toEqual([]);
		if (code === 'done') break;
		expect(code).toBe('E_INTERRUPTED');
		expect(existsSync(`${at.store}/names`)).toBe(false);
		calledOff += 1;
	}
	expect(calledOff).toBeGreaterThan(2);
	const image = await pulled(reference, {env: registry.environment, pull: 'never'});
	expect(shownTree(image)).toContain('f4');
});

test.skipIf(!root)('an archive that changed is pulled again, and a tag that is asked for daily is not', async () => {
	const layout = join(at.folder, 'layout');
	const write = (body: string): string =>
		writeLayout(layout, {t: makeImage({layers: [{entries: [file('v', body)]}]})})[0] ?? '';
	const first = await pulled(write('1'));
	const second = await pulled(write('2'));
	expect(second.manifest).not.toBe(first.manifest);
	expect((await pulled(write('3'), {pull: {everyMs: 86_400_000}})).manifest).toBe(second.manifest);
	writeFileSync(join(layout, 'index.json'), '{');
	await expect(pulled(second.reference)).rejects.toMatchObject({code: 'E_IMAGE_PULL'});
});
