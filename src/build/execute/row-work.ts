import type {Machine} from '../../container/machine/machine.ts';
import {pullOnce, pullProgress} from '../../container/start/pull-once.ts';
import type {LayerRecord} from '../../image/store/images.ts';
import {lowerTree} from '../../image/store/lower.ts';
import {unpackLayer} from '../../image/unpack/unpack-layer.ts';
import {keepLayer} from '../../image/layer/keep-layer.ts';
import type {BuildRow, FileSource} from '../plan/build-plan.ts';
import {digestOf} from '../plan/cache-key.ts';
import type {BuildRequest} from './build.ts';
import type {CopyFrom} from './copy-layer.ts';
import type {BaseImages} from './find-base.ts';
import type {LayerWork} from './layer-work.ts';
import {mergedTree} from './merged-tree.ts';

/** What the rows of one build have in common: the machine, and the layers of its stages so far. */
export class RowWork {
	readonly machine: Machine;
	readonly request: BuildRequest;
	readonly work: LayerWork;
	readonly #images: BaseImages;
	readonly #stages = new Map<number, readonly LayerRecord[]>();

	constructor(
		machine: Machine,
		request: BuildRequest,
		images: BaseImages,
		times: Pick<LayerWork, 'toolbox' | 'now' | 'latest'>,
	) {
		const {host, facts, dirs, limits} = machine;
		this.machine = machine;
		this.request = request;
		this.work = {host, facts, store: dirs.store, limits, ...times, signal: request.signal};
		this.#images = images;
	}

	/** The layers of a stage so far, the base first. */
	layersOf(stage: number): readonly LayerRecord[] {
		return this.#stages.get(stage) ?? [];
	}

	/** Gives a stage its layers. */
	setLayers(stage: number, layers: readonly LayerRecord[]): void {
		this.#stages.set(stage, layers);
	}

	/** The folders of layers, topmost first. */
	lowersOf(layers: readonly LayerRecord[]): readonly string[] {
		return layers.map(({diffId}) => lowerTree(this.work.store, {diffId})).toReversed();
	}

	/**
	 * Fetches and unpacks an image that was looked up, if the store does not have it.
	 *
	 * @throws TsboxError as `pullOnce`.
	 */
	async pulled(row: BuildRow, manifest: string): Promise<readonly LayerRecord[]> {
		const {emit, signal} = this.request;
		const image = this.#images.byManifest(manifest);
		if (!image.stored) {
			await pullOnce(this.machine, image, {
				toolbox: this.work.toolbox,
				signal,
				onProgress: layers => emit({type: 'row.progress', row, ...pullProgress(layers)}),
				tell: text => emit({type: 'build.warning', text}),
			});
		}
		return image.layers.map(({diffId, digest, size, mediaType}) => ({diffId, digest, size, mediaType}));
	}

	/** Where the files of a source are. */
	async filesOf(row: BuildRow, source: FileSource): Promise<CopyFrom> {
		const layers = await this.#sourceLayers(row, source);
		if (layers !== undefined) {
			const lowers = this.lowersOf(layers);
			return {kind: 'layers', lowers, tree: mergedTree(this.work.host, lowers)};
		}
		const other = source.kind === 'folder' ? this.request.contexts?.[source.name] : undefined;
		if (other !== undefined && 'folder' in other) return {kind: 'folder', path: other.folder, isWhole: true};
		return {kind: 'folder', path: this.request.folder, isWhole: this.request.ignoreFile === undefined};
	}

	/** Digests of the stages and images that a row takes files from, by what their layers are. */
	async sourceKeys(row: BuildRow): Promise<readonly string[]> {
		const sources =
			row.kind === 'run' ? row.run.mounts.flatMap(({files}) => files ?? []) : 'copy' in row ? [row.copy.from] : [];
		const keys: string[] = [];
		for (const source of sources) {
			const layers = await this.#sourceLayers(row, source);
			if (layers !== undefined) keys.push(layersKey(layers));
		}
		return keys;
	}

	/**
	 * Keeps a tar as a blob, and unpacks it as a layer of overlays; undefined for a tar without entries.
	 *
	 * @throws TsboxError as `unpackLayer`; whatever the tar throws.
	 */
	async layerOf(row: BuildRow, tar: AsyncIterable<Buffer>): Promise<LayerRecord | undefined> {
		const layer = await keepLayer(this.work.host, this.work.store, tar);
		if (layer !== undefined) await this.unpack(row, layer);
		return layer;
	}

	/** Unpacks a blob of the store as a layer of overlays. @throws TsboxError as `unpackLayer`. */
	async unpack(row: BuildRow, layer: LayerRecord): Promise<void> {
		await unpackLayer({...layer, title: `the layer of ${row.place}`}, this.work);
	}

	async #sourceLayers(row: BuildRow, source: FileSource): Promise<readonly LayerRecord[] | undefined> {
		if (source.kind === 'stage') return this.layersOf(source.stage);
		return source.kind === 'image' ? this.pulled(row, source.manifest) : undefined;
	}
}

/** A digest of layers by what is in them. */
export function layersKey(layers: readonly LayerRecord[]): string {
	return digestOf(layers.map(({diffId}) => diffId));
}
