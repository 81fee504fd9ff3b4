import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {containersHome} from '../images/containers-home.ts';
import {faultyRegistry} from '../images/faulty-registry.ts';
import type {LayerSource} from '../images/layer.ts';
import {type MadeImage, makeImage} from '../images/make-image.ts';
import {registryPrograms, startRegistry} from '../images/registry.ts';
import {storeFiles} from '../images/store-files.ts';
import {canRun} from './can-run.ts';
import {testBox} from './box.ts';
import {until} from './until.ts';

const missing = process.getuid?.() === 0 ? registryPrograms.filter(name => !canRun(name)) : ['root'];
const needs = missing.length === 0 ? '' : ` (there is no ${missing.join(', ')})`;

const base: LayerSource = {
	createdBy: '/bin/sh -c #(nop) ADD file:1 in /',
	entries: [
		{name: 'etc/', type: '5', mode: 0o755},
		{name: 'etc/base', body: 'base'},
	],
};
const own = (name: string): LayerSource => ({createdBy: `COPY ${name} /`, entries: [{name, body: name}]});
const config = {Cmd: ['sh'], Labels: {evil: '\x1b[31m'}};
const first = makeImage({layers: [base, own('first')], config});
const second = makeImage({layers: [base, own('second')], config});

const blob = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`;
const lower = (diffId: string): string => `lower/${diffId.slice('sha256:'.length).slice(0, 16)}`;

/** Blobs and layers of an image in the store. */
function partsOf({images: [image]}: MadeImage): readonly string[] {
	if (image === undefined) return [];
	const blobs = [image.manifest.digest, image.config.digest, ...image.layers.map(each => each.descriptor.digest)];
	return [...blobs.map(blob), ...image.layers.map(({diffId}) => lower(diffId))];
}

describe.skipIf(missing.length > 0)(`images of a registry${needs}`, () => {
	test('images are pulled, listed, named, and removed with all that no other needs', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const store = join(box.folder, 'store');
		const env = registry.environment;
		const run = (...words: readonly string[]) => box.tsbox(['images', ...words], {env});
		const [one, two] = [await registry.push(first, 'first:1'), await registry.push(second, 'second:1')];

		const pulled = await run('pull', one, two);
		expect(pulled).toMatchObject({status: 0, out: `${one} ${first.top.digest}\n${two} ${second.top.digest}\n`});
		expect(pulled.err).toContain('layer 2 of 2');
		const whole = [...new Set([...partsOf(first), ...partsOf(second)])].sort();
		const parts = (): readonly string[] =>
			storeFiles(store)
				.filter(path => /^(blobs|lower)/.test(path))
				.sort();
		expect(parts()).toEqual(whole);
		expect(storeFiles(store).filter(path => /^(tmp|locks)/.test(path))).toEqual([]);

		// Again: nothing is fetched.
		const asked = registry.requests().length;
		expect(await run('pull', one)).toMatchObject({status: 0, err: `${one} is up to date\n`});
		expect(
			registry
				.requests()
				.slice(asked)
				.filter(request => request.includes('/blobs/')),
		).toEqual([]);

		expect(JSON.parse((await run('--json')).out)).toEqual(
			expect.arrayContaining([
				expect.objectContaining({
					kind: 'image',
					name: one,
					digest: first.top.digest,
					tagDigest: first.top.digest,
					usedBy: [],
				}),
			]),
		);
		const history = await run('history', one);
		expect(history.out).toMatch(/^2 .*COPY first \/\n1 .*ADD file:1 in \/\n$/m);
		expect((await run('inspect', one)).out).toContain('Labels    {"evil":"\\u001b[31m"}');
		expect(JSON.parse((await run('inspect', '--json', one)).out)).toMatchObject({
			configJson: JSON.parse(String(first.images[0]?.configuration)),
			layers: [{blob: true}, {blob: true}],
		});

		expect(await run('tag', one, 'shop')).toMatchObject({status: 0, out: 'shop:latest\n'});
		expect(await run('rm', one)).toMatchObject({status: 0, out: `untagged ${one}\n`});
		expect(parts()).toEqual(whole);
		expect(await run('rm', 'shop')).toMatchObject({out: `untagged shop:latest\nremoved ${first.top.digest}\n`});
		expect(parts()).toEqual([...partsOf(second)].sort());
		expect(await run('rm', 'shop', two.replace('second', 'secnd'))).toMatchObject({
			status: 125,
			err: expect.stringContaining(`did you mean ${two}?`),
		});
		expect(await run('rm', second.top.digest.slice(7, 19))).toMatchObject({
			out: `untagged ${two}\nremoved ${second.top.digest}\n`,
		});
		expect(storeFiles(store)).toEqual([]);
	});

	test('prune keeps what has a name, and what a running pull needs', async () => {
		await using box = await testBox();
		const store = join(box.folder, 'store');
		await using registry = await startRegistry();
		const one = await registry.push(first, 'first:1');
		const run = (...words: readonly string[]) => box.tsbox(['images', ...words], {env: registry.environment});
		expect((await run('pull', '-q', one)).out).toBe(`${first.top.digest}\n`);

		const layer = second.images[0]?.layers[1]?.descriptor.digest ?? '';
		await using slow = await faultyRegistry(second, {kind: 'hang', at: 'layer'});
		const env = containersHome(join(box.folder, 'home'), [slow.known]);
		const pull = box.start(['images', 'pull', `${slow.address}/x:1`], {env});
		await until('a layer is fetched', () => slow.faults() > 0);
		const during = storeFiles(store);
		expect(during).toEqual(expect.arrayContaining([...partsOf(first), blob(second.top.digest)]));
		expect(during).not.toContain(blob(layer));
		expect(await run('prune')).toMatchObject({status: 0, out: '', err: 'freed 0 B\n'});
		expect(await box.tsbox(['gc'])).toMatchObject({status: 0, out: ''});
		expect(storeFiles(store)).toEqual(during);

		const over = pull.ended;
		pull.child.kill('SIGKILL');
		await over;
		// What a killed pull had fetched stays for the next try, until it is asked to go.
		expect((await box.tsbox(['gc'])).out).toContain('/tmp/');
		expect(storeFiles(store)).toContain(blob(second.top.digest));
		expect(await run('prune')).toMatchObject({status: 0, out: ''});
		expect(
			storeFiles(store)
				.filter(path => /^(blobs|lower|tmp)/.test(path))
				.sort(),
		).toEqual([...partsOf(first)].sort());

		expect(await run('prune', '--all', '--older', '1d')).toMatchObject({out: ''});
		expect(await run('prune', '--all', '--keep-size', '1g')).toMatchObject({out: ''});
		expect(await run('prune', '--all', '--keep-size', '1k')).toMatchObject({out: `${first.top.digest} ${one}\n`});
		expect(storeFiles(store).filter(path => !path.startsWith('locks'))).toEqual([]);
	});

	test('a pull that is interrupted says so, and the next one goes on', async () => {
		await using box = await testBox();
		await using slow = await faultyRegistry(second, {kind: 'hang', at: 'layer', times: 2});
		const env = containersHome(join(box.folder, 'home'), [slow.known]);
		const pull = box.start(['images', 'pull', `${slow.address}/x:1`], {env});
		await until('a layer is fetched', () => slow.faults() > 0);
		pull.child.kill('SIGINT');
		expect(await pull.ended).toMatchObject({status: 130, out: ''});
		expect(storeFiles(join(box.folder, 'store')).filter(path => /^(tmp|lower|names|manifests)/.test(path))).toEqual([]);
		await using good = await faultyRegistry(second);
		const again = containersHome(join(box.folder, 'home'), [good.known]);
		expect(await box.tsbox(['images', 'pull', `${good.address}/x:1`], {env: again})).toMatchObject({status: 0});
	});
});
