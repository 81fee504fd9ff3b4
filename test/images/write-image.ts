import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {tar} from '../archives/tar-writer.ts';
import type {MadeImage} from './make-image.ts';

/**
 * Writes images into a folder as an OCI layout, each with the tag that is its key.
 *
 * @returns What skopeo calls them: `oci:FOLDER:TAG`, in the order of the keys.
 */
export function writeLayout(folder: string, images: Readonly<Record<string, MadeImage>>): readonly string[] {
	for (const [name, bytes] of Object.entries(layoutFiles(images))) {
		mkdirSync(join(folder, name, '..'), {recursive: true});
		writeFileSync(join(folder, name), bytes);
	}
	return Object.keys(images).map(tag => `oci:${folder}:${tag}`);
}

/** Writes the same layout as one tar, for `oci-archive:PATH:TAG`. */
export function writeOciArchive(path: string, images: Readonly<Record<string, MadeImage>>): void {
	writeFileSync(path, tar(...Object.entries(layoutFiles(images)).map(([name, body]) => ({name, body}))));
}

/**
 * Writes what `docker save` writes, for `docker-archive:PATH`. Only the first image of an index is in it: the format has
 * no platforms. Its layers are not compressed.
 *
 * @param names The tags of the image, as `x:1`.
 */
export function writeDockerArchive(path: string, {images}: MadeImage, names: readonly string[]): void {
	const [image] = images;
	if (image === undefined) throw new TypeError('there is no image to save');
	const hex = (digest: string): string => digest.replace('sha256:', '');
	const config = `${hex(image.config.digest)}.json`;
	// Two layers may be the same, and then have one file.
	const layers = new Map(image.layers.map(layer => [`${hex(layer.diffId)}/layer.tar`, layer.tar]));
	const row = {Config: config, RepoTags: names, Layers: image.layers.map(({diffId}) => `${hex(diffId)}/layer.tar`)};
	writeFileSync(
		path,
		tar(
			...[...layers].map(([name, body]) => ({name, body})),
			{name: config, body: image.configuration},
			{name: 'manifest.json', body: JSON.stringify([row])},
		),
	);
}

function layoutFiles(images: Readonly<Record<string, MadeImage>>): Readonly<Record<string, string | Buffer>> {
	const manifests = Object.entries(images).map(([tag, {top}]) => ({
		...top,
		annotations: {'org.opencontainers.image.ref.name': tag},
	}));
	const blobs = Object.values(images).flatMap(image => [...image.blobs]);
	return {
		'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
		'index.json': JSON.stringify({schemaVersion: 2, manifests}),
		...Object.fromEntries(blobs.map(([digest, bytes]) => [`blobs/${digest.replace(':', '/')}`, bytes])),
	};
}
