import {type Descriptor, digestOf, type LayerSource, type MadeLayer, makeLayer} from './layer.ts';

/** An image to make. */
export interface ImageSource {
	/** Base first. */
	readonly layers: readonly LayerSource[];
	/** The `config` part of the configuration: `Entrypoint`, `Env`, `Healthcheck`, and so on. */
	readonly config?: Readonly<Record<string, unknown>>;
	/** Keys of the configuration beside `config`, instead of the usual ones. */
	readonly configuration?: Readonly<Record<string, unknown>>;
	/** Keys of the manifest, instead of the usual ones. */
	readonly manifest?: Readonly<Record<string, unknown>>;
	/** Go's name of a processor; that of this machine when left out. */
	readonly architecture?: string;
	/** `v7`, for example. */
	readonly variant?: string;
	/** Media types of Docker's schema 2 instead of the image specification's. */
	readonly schema2?: boolean;
}

/** An image, or an index of several, as bytes. */
export interface MadeImage {
	/** All blobs by digest: manifests, configurations, and layers. */
	readonly blobs: ReadonlyMap<string, Buffer>;
	/** What a tag points to: the manifest or the index. */
	readonly top: Descriptor;
	/** The image, or the images of the index in its order. */
	readonly images: readonly OneImage[];
}

/** An image of one platform. */
export interface OneImage {
	readonly manifest: Descriptor;
	readonly config: Descriptor;
	/** The configuration's bytes. */
	readonly configuration: Buffer;
	readonly layers: readonly MadeLayer[];
}

/** Go's names of the processors that Node knows. */
const architectures: Readonly<Record<string, string>> = {x64: 'amd64', arm64: 'arm64', ia32: '386', s390x: 's390x'};

/** The processor of this machine in the words of images. */
export const architecture = architectures[process.arch] ?? process.arch;

const created = '2024-01-02T03:04:05Z';
const ociTypes = {
	manifest: 'application/vnd.oci.image.manifest.v1+json',
	config: 'application/vnd.oci.image.config.v1+json',
	index: 'application/vnd.oci.image.index.v1+json',
};
const dockerTypes = {
	manifest: 'application/vnd.docker.distribution.manifest.v2+json',
	config: 'application/vnd.docker.container.image.v1+json',
	index: 'application/vnd.docker.distribution.manifest.list.v2+json',
};

/** Makes an image. The same source gives the same bytes. */
export function makeImage(source: ImageSource): MadeImage {
	const {image, blobs} = makeOne(source);
	return {blobs, top: image.manifest, images: [image]};
}

/** Makes an index of images, one for each platform. */
export function makeIndex(sources: readonly ImageSource[]): MadeImage {
	const made = sources.map(makeOne);
	const types = sources[0]?.schema2 === true ? dockerTypes : ociTypes;
	const manifests = made.map(({image}, at) => ({...image.manifest, platform: platformOf(sources[at])}));
	const bytes = Buffer.from(JSON.stringify({schemaVersion: 2, mediaType: types.index, manifests}));
	const top = {mediaType: types.index, digest: digestOf(bytes), size: bytes.length};
	const blobs = new Map([...made.flatMap(each => [...each.blobs]), [top.digest, bytes] as const]);
	return {blobs, top, images: made.map(({image}) => image)};
}

function makeOne(source: ImageSource): {readonly image: OneImage; readonly blobs: ReadonlyMap<string, Buffer>} {
	const types = source.schema2 === true ? dockerTypes : ociTypes;
	const layers = source.layers.map(layer =>
		makeLayer(
			source.schema2 === true ? {mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', ...layer} : layer,
		),
	);
	const configuration = Buffer.from(
		JSON.stringify({
			created,
			...platformOf(source),
			config: source.config ?? {},
			rootfs: {type: 'layers', diff_ids: layers.map(({diffId}) => diffId)},
			history: source.layers.map(({createdBy}, at) => ({created, created_by: createdBy ?? `layer ${at}`})),
			...source.configuration,
		}),
	);
	const config = {mediaType: types.config, digest: digestOf(configuration), size: configuration.length};
	const bytes = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: types.manifest,
			config,
			layers: layers.map(({descriptor}) => descriptor),
			...source.manifest,
		}),
	);
	const manifest = {mediaType: types.manifest, digest: digestOf(bytes), size: bytes.length};
	const blobs = new Map([
		...layers.map(({descriptor, blob}) => [descriptor.digest, blob] as const),
		[config.digest, configuration],
		[manifest.digest, bytes],
	]);
	return {image: {manifest, config, configuration, layers}, blobs};
}

function platformOf(source: ImageSource | undefined): Readonly<Record<string, string>> {
	return {
		architecture: source?.architecture ?? architecture,
		os: 'linux',
		...(source?.variant !== undefined && {variant: source.variant}),
	};
}
