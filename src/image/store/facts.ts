import type {RangeMap} from '../../host/id-map.ts';

/** The facts of a root filesystem that a plan needs. Paths are absolute and real. */
export type ImageFacts =
	| {
			readonly kind: 'archive';
			readonly archive: string;
			/** Digest of the archive file on disk: `sha256:` and 64 hexadecimal digits. */
			readonly digest: string;
			/** The store has it unpacked. */
			readonly stored: boolean;
			/** Folder of the unpacked tree in the store, whether it exists yet or not. */
			readonly path: string;
			/** The id map that shifts the owners of the tree; without it they are the archive's. */
			readonly ids?: RangeMap;
			/** Size of the archive file, bytes. */
			readonly bytes: number;
	  }
	| {readonly kind: 'directory'; readonly path: string}
	| OciImage
	| {readonly kind: 'host'};

/** An image of a registry or of a local file in its format: layers that an overlay shows as one tree. */
export interface OciImage {
	readonly kind: 'image';
	/** What the spec names, normalized: `docker.io/library/nginx:1.27`, `oci:/srv/image:latest`. */
	readonly reference: string;
	/** What the reference points to, a manifest or an index of several platforms: `sha256:` and 64 hexadecimal digits. */
	readonly digest: string;
	/** Digest of the manifest of this platform. */
	readonly manifest: string;
	/** Digest of the image's configuration. */
	readonly config: string;
	/** The base first. */
	readonly layers: readonly ImageLayer[];
	/** The store has the manifest, the configuration, and every layer unpacked. */
	readonly stored: boolean;
	/** The id map that shifts the owners of the layers' files; without it they are the image's. */
	readonly ids?: RangeMap;
	/** Size of all layers as the registry has them, bytes. */
	readonly bytes: number;
	/** Where skopeo finds the image: `docker://docker.io/library/nginx@sha256:...`. */
	readonly source: string;
}

/** A layer of an image. */
export interface ImageLayer {
	/** Digest of the plain tar: `sha256:` and 64 hexadecimal digits. */
	readonly diffId: string;
	/** Digest of the blob in the registry. */
	readonly digest: string;
	/** Size of the blob, bytes. */
	readonly size: number;
	readonly mediaType: string;
	/** Folder of the unpacked layer in the store, in overlay's form, whether it exists yet or not. */
	readonly path: string;
	/** The store has it unpacked. */
	readonly stored: boolean;
}

/**
 * The folders that make up the root filesystem, topmost first. An image without layers has none. Of a layer that an image has twice, the
 * lower one shows nothing that the other does not have, and overlayfs refuses it.
 */
export function lowerFolders(image: ImageFacts): readonly string[] {
	switch (image.kind) {
		case 'host':
			return ['/'];
		case 'archive':
		case 'directory':
			return [image.path];
		case 'image':
			return [...new Set(image.layers.map(({path}) => path).toReversed())];
	}
}

/** What a person calls the root filesystem: `host`, the path of an archive or a folder, or the reference of an image. */
export function imageName(image: ImageFacts): string {
	switch (image.kind) {
		case 'host':
			return 'host';
		case 'archive':
			return image.archive;
		case 'directory':
			return image.path;
		case 'image':
			return image.reference;
	}
}
