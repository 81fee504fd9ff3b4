import {createHash} from 'node:crypto';
import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import type {RangeMap} from '../../src/host/id-map.ts';
import type {OciImage} from '../../src/image/store/facts.ts';

/** Fills the tree of one layer, the folder `fs`. */
export type LayerContent = (tree: string) => void;

/** The base layer: the busybox archive. */
export async function baseLayer(): Promise<LayerContent> {
	const archive = await busyboxFixture();
	return tree => execFileSync('tar', ['-xpf', archive, '--numeric-owner', '-C', tree]);
}

/** A layer with one file `/layers/N`. */
export function numberedLayer(number: number): LayerContent {
	return tree => {
		mkdirSync(join(tree, 'layers'));
		writeFileSync(join(tree, `layers/${number}`), `${number}\n`);
	};
}

/** Writes a whiteout of a path. */
export function whiteout(tree: string, path: string): void {
	execFileSync('mknod', [join(tree, path), 'c', '0', '0']);
}

/** Marks a folder as opaque. */
export function opaque(tree: string, path: string): void {
	execFileSync('setfattr', ['-n', 'trusted.overlay.opaque', '-v', 'y', join(tree, path)]);
	opaqueFolders.set(tree, [...(opaqueFolders.get(tree) ?? []), path]);
}

/** What {@link opaque} was called with, for the records of layers. */
const opaqueFolders = new Map<string, readonly string[]>();

/** Puts unpacked layers into a store, the base first, as a pull does; with `ids` their files belong to the container's root on the host. */
export function layeredImage(store: string, contents: readonly LayerContent[], ids?: RangeMap): OciImage {
	const reference = 'example.org/layers:1';
	const layers = contents.map((fill, number) => {
		const hex = createHash('sha256').update(`${reference} ${number}`).digest('hex');
		const place = join(store, 'lower', `${hex.slice(0, 16)}${ids === undefined ? '' : '-01234567'}`);
		mkdirSync(join(place, 'fs'), {recursive: true});
		chmodSync(join(place, 'fs'), 0o755);
		fill(join(place, 'fs'));
		const root = ids?.uids[0]?.outside;
		if (root !== undefined) execFileSync('chown', ['-hR', `${root}:${root}`, join(place, 'fs')]);
		const diffId = `sha256:${hex}`;
		writeFileSync(
			join(place, 'layer.json'),
			JSON.stringify({
				schema: 1,
				diffId,
				bytes: 4096,
				entries: 1,
				implied: [],
				opaque: opaqueFolders.get(join(place, 'fs')) ?? [],
				created: 0,
			}),
		);
		return {
			diffId,
			digest: diffId,
			size: 1000,
			mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
			path: join(place, 'fs'),
			stored: true,
		};
	});
	const digest = `sha256:${createHash('sha256').update(reference).digest('hex')}`;
	return {
		kind: 'image',
		reference,
		digest,
		manifest: digest,
		config: digest,
		layers,
		stored: true,
		bytes: 1000 * layers.length,
		...(ids === undefined ? {} : {ids}),
		source: `docker://${reference.replace(/:.*/, '')}@${digest}`,
	};
}
