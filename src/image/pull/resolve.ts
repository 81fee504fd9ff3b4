import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {diffIdsOf, digestOfBytes, isDigest, type Manifest, readManifest} from '../oci/manifest.ts';
import {entryFor, platformOf} from '../oci/platform.ts';
import {blobText, keepBlob} from '../store/blobs.ts';
import {keepName, type LayerRecord, type NameRecord, readImage, readName} from '../store/images.ts';
import {lowerTree, readLower} from '../store/lower.ts';
import type {ImageFacts} from '../store/facts.ts';
import {manifestText} from './manifest-text.ts';
import {inspectConfig, inspectManifest, type Skopeo, skopeo} from './skopeo.ts';
import {atDigest, isRegistry, skopeoSource} from './source.ts';
import type {PullPolicy} from '../../spec/model/project.ts';

/** The facts of an image in the store or in its registry. */
export type OciFacts = Extract<ImageFacts, {kind: 'image'}>;

/** What {@link resolveImage} is asked for. */
export interface ImageRequest {
	/** The normalized reference: `docker.io/library/nginx:1.27`, `oci:/srv/nginx`. */
	readonly reference: string;
	readonly pull: PullPolicy;
	/** `os/architecture[/variant]`; this machine's by default. */
	readonly platform?: string | undefined;
	readonly ids?: RangeMap | undefined;
	/** Keeps manifest and configuration in the store; false for commands that may not change anything. */
	readonly remember: boolean;
	readonly signal?: AbortSignal | undefined;
}

/** What {@link imageByManifest} is asked for. */
export interface ManifestRequest {
	readonly reference: string;
	/** What the reference pointed to. */
	readonly digest: string;
	readonly manifest: string;
	readonly ids?: RangeMap | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** A resolved image: its facts, and the text of its configuration. */
export interface ResolvedImage {
	readonly facts: OciFacts;
	readonly config: string;
}

/**
 * Finds an image: in the store, if the pull policy allows that, else in its registry, of which it fetches the manifest and the
 * configuration but no layer.
 *
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_IMAGE_INVALID, E_IMAGE_PULL, E_HOST_UNSUPPORTED, E_INTERRUPTED.
 */
export async function resolveImage(
	tools: Skopeo & {readonly facts: HostFacts; readonly store: string},
	request: ImageRequest,
): Promise<ResolvedImage> {
	const {host, store, facts} = tools;
	const {reference, pull} = request;
	const platform = request.platform ?? platformOf(facts.kernel.arch);
	const known = storedImage(host, store, request, platform);
	if (known !== undefined && mayUse(known.name, pull, host, reference)) return known;
	if (pull === 'build')
		throw new TsboxError('E_IMAGE_NOT_FOUND', `the image ${reference} has not been built`, {
			hint: 'build it with `tsbox build` and the path of the spec, or start with `tsbox up --build`',
		});
	if (pull === 'never')
		throw new TsboxError('E_IMAGE_NOT_FOUND', `the image ${reference} is not in the store`, {
			why: `its \`pull_policy\` is ${pull}`,
			hint: `run \`tsbox images pull ${reference}\``,
		});
	return fetchImage(tools, request, platform);
}

/** An image that the store has; undefined when anything of it is missing. */
function storedImage(
	host: Host,
	store: string,
	{reference, ids}: ImageRequest,
	platform: string,
): (ResolvedImage & {readonly name: NameRecord}) | undefined {
	const name = readName(host, store, reference);
	const image = name === undefined ? undefined : readImage(host, store, name.manifest);
	const config = image === undefined ? undefined : blobText(host, store, image.config);
	if (name === undefined || image === undefined || config === undefined) return undefined;
	if (!isFor(config, platform)) return undefined;
	const {manifest, layers} = image;
	return {
		name,
		config,
		facts: factsOf(host, store, {reference, digest: name.digest, manifest, config: image.config, layers, ids}),
	};
}

/**
 * Finds an image by the digest of its manifest, whatever its tag points to now: in the store, or in its registry.
 *
 * @throws TsboxError as {@link resolveImage}; E_IMAGE_NOT_FOUND when a file has another image by now.
 */
export async function imageByManifest(
	tools: Skopeo & {readonly facts: HostFacts; readonly store: string},
	{reference, digest, manifest, ids, signal}: ManifestRequest,
): Promise<OciFacts> {
	const {host, store} = tools;
	const image = readImage(host, store, manifest);
	if (image !== undefined) {
		const {config, layers} = image;
		const facts = factsOf(host, store, {reference, digest, manifest, config, layers, ids});
		if (facts.layers.every(({stored}) => stored)) return {...facts, stored: true};
	}
	const exact = isRegistry(reference)
		? atDigest(skopeoSource(host, reference), manifest).slice('docker://'.length)
		: reference;
	const {facts} = await resolveImage(tools, {reference: exact, pull: 'missing', ids, remember: true, signal});
	if (facts.manifest === manifest) return facts;
	throw new TsboxError('E_IMAGE_NOT_FOUND', `${reference} has another image now`, {
		why: `it is ${facts.manifest}, and ${manifest} is asked for`,
		hint: 'restore the image that was there',
	});
}

/** Whether a configuration is for this platform; its variant may be an earlier one. */
function isFor(config: string, platform: string): boolean {
	const {os, architecture} = JSON.parse(config) as {readonly os?: unknown; readonly architecture?: unknown};
	const [wantedOs, wanted] = platform.split('/');
	return (os ?? 'linux') === wantedOs && (architecture ?? wanted) === wanted;
}

function mayUse({pulled}: NameRecord, pull: PullPolicy, host: Host, reference: string): boolean {
	// A plan that asks for the time is not kept, so the others must not.
	if (typeof pull === 'object') return host.now() - pulled < pull.everyMs;
	if (pull === 'always') return false;
	// A folder or archive may have changed, and costs no network to look at.
	return pull === 'never' || pull === 'build' || isRegistry(reference);
}

async function fetchImage(
	tools: Skopeo & {readonly facts: HostFacts; readonly store: string},
	{reference, ids, remember, signal}: ImageRequest,
	platform: string,
): Promise<ResolvedImage> {
	const {host, store} = tools;
	const run = {name: reference, signal};
	const source = skopeoSource(host, reference);
	const text = (await skopeo(tools, inspectManifest(source), run)).toString('utf8');
	const digest = digestOfBytes(text);
	const pinned = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
	if (pinned !== undefined && pinned !== digest) throw otherDigest(reference, 'manifest', pinned);
	const found = readManifest(reference, text);
	const isIndex = 'length' in found;
	const entry = isIndex ? entryFor(reference, found, platform) : undefined;
	const exact = atDigest(source, entry?.digest ?? digest);
	const one = entry === undefined ? text : await manifestText(tools, exact, entry.digest, run);
	const manifestDigest = digestOfBytes(one);
	if (entry !== undefined && entry.digest !== manifestDigest) throw otherDigest(reference, 'manifest', entry.digest);
	const manifest = entry === undefined ? found : readManifest(reference, one);
	if ('length' in manifest)
		throw new TsboxError('E_IMAGE_INVALID', `the image ${reference} cannot be used: its index has an index in it`);
	const stored = blobText(host, store, manifest.config.digest);
	const config = stored ?? (await skopeo(tools, inspectConfig(exact), run)).toString('utf8');
	if (digestOfBytes(config) !== manifest.config.digest)
		throw otherDigest(reference, 'configuration', manifest.config.digest);
	if (remember) {
		keepBlob(host, store, manifestDigest, one);
		keepBlob(host, store, manifest.config.digest, config);
	}
	const layers = layersOf(reference, manifest, config);
	const named = {
		reference,
		digest,
		manifest: manifestDigest,
		config: manifest.config.digest,
		layers,
		ids,
		source: exact,
	};
	const facts = factsOf(host, store, named);
	// A policy such as `daily` counts from now.
	if (remember && facts.stored)
		keepName(host, store, {schema: 1, name: reference, digest, manifest: manifestDigest, pulled: host.now()});
	return {config, facts};
}

function layersOf(reference: string, {layers}: Manifest, config: string): readonly LayerRecord[] {
	const ids = diffIdsOf(reference, config, layers.length);
	return layers.map(({digest, size, mediaType}, at) => ({diffId: ids[at] ?? '', digest, size, mediaType}));
}

function factsOf(
	host: Host,
	store: string,
	image: {
		readonly reference: string;
		readonly digest: string;
		readonly manifest: string;
		readonly config: string;
		readonly layers: readonly LayerRecord[];
		readonly ids: RangeMap | undefined;
		readonly source?: string;
	},
): OciFacts {
	const {reference, digest, manifest, ids} = image;
	const layers = image.layers.map(layer => ({
		...layer,
		path: lowerTree(store, {diffId: layer.diffId, ids}),
		stored: readLower(host, store, {diffId: layer.diffId, ids}) !== undefined,
	}));
	const name = readName(host, store, reference);
	return {
		kind: 'image',
		reference,
		digest,
		manifest,
		config: image.config,
		layers,
		stored:
			layers.every(({stored}) => stored) &&
			readImage(host, store, manifest) !== undefined &&
			name?.manifest === manifest &&
			name.digest === digest,
		...(ids === undefined ? {} : {ids}),
		bytes: layers.reduce((all, {size}) => all + size, 0),
		source: image.source ?? (isDigest(digest) ? atDigest(skopeoSource(host, reference), manifest) : ''),
	};
}

function otherDigest(reference: string, what: string, digest: string): TsboxError {
	return new TsboxError('E_IMAGE_INVALID', `the ${what} of ${reference} does not have the digest ${digest}`, {
		why: 'the registry or something between changed it',
		hint: 'try again; if it stays so, do not trust the registry',
	});
}
