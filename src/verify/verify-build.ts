import {setTimeout as wait} from 'node:timers/promises';
import {build, type BuildRequest} from '../build/execute/build.ts';
import type {WrittenImage} from '../build/execute/write-image.ts';
import {removeImage} from '../container/images/remove-image.ts';
import type {Machine} from '../container/machine/machine.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {compareTrees} from '../host/files/compare-trees.ts';
import {blobText} from '../image/store/blobs.ts';
import {allImages} from '../image/store/images.ts';
import {lowerTree} from '../image/store/lower.ts';
import {apart, type RunDifference} from './verify.ts';

/** What to verify of a build. It is built without a cache, and gets no names. */
export interface BuildVerificationRequest extends Omit<BuildRequest, 'noCache' | 'names'> {
	/** Number of builds, at least 2. */
	readonly builds: number;
	/** Receives progress for people. */
	readonly tell: (text: string) => void;
}

/** A difference between the image of the first build and that of a later one. */
export interface BuildDifference extends RunDifference {
	/** The instruction whose layer differs; null for the configuration of the image. */
	readonly instruction: string | null;
}

/** The result of {@link verifyBuild}. */
export interface BuildVerification {
	readonly builds: number;
	readonly reproducible: boolean;
	/** The digest of each image's manifest. */
	readonly digests: readonly string[];
	readonly differences: readonly BuildDifference[];
}

/**
 * Builds an image several times without a cache, and compares the images. Removes those that were not there before.
 *
 * @throws TsboxError E_USAGE, and as `build`.
 */
export async function verifyBuild(machine: Machine, request: BuildVerificationRequest): Promise<BuildVerification> {
	const {builds, tell, ...asked} = request;
	if (!Number.isInteger(builds) || builds < 2)
		throw new TsboxError('E_USAGE', 'verify needs at least 2 builds', {hint: 'omit `-n` for 2 builds'});
	const {host, dirs} = machine;
	const before = new Set(allImages(host, dirs.store).map(({manifest}) => manifest));
	const images: WrittenImage[] = [];
	const added = new Set<string>();
	try {
		for (let number = 1; number <= builds; number++) {
			tell(`build ${number} of ${builds}`);
			const image = await build(machine, {...asked, names: [], noCache: true});
			images.push(image);
			if (!before.has(image.manifest)) added.add(image.manifest);
			if (number < builds) await wait(apart, undefined, {signal: request.signal}).catch(() => {});
		}
		const [first, ...others] = images;
		if (first === undefined) throw new TypeError('there was no build');
		const differences = others.flatMap((other, at) =>
			differencesOf(machine, first, other).map(difference => ({...difference, run: at + 2})),
		);
		return {
			builds,
			reproducible: images.every(({manifest}) => manifest === first.manifest),
			digests: images.map(({manifest}) => manifest),
			differences,
		};
	} finally {
		for (const digest of added) await removeImage(machine, digest);
	}
}

function differencesOf(
	{host, dirs: {store}}: Machine,
	one: WrittenImage,
	other: WrittenImage,
): readonly Omit<BuildDifference, 'run'>[] {
	if (one.manifest === other.manifest) return [];
	const configs = [one, other].map(({config}) => blobText(host, store, config) ?? '{}') as [string, string];
	const instructions = layerInstructions(configs[0]);
	const layers = one.layers.flatMap((layer, at): readonly Omit<BuildDifference, 'run'>[] => {
		const diffId = other.layers[at]?.diffId;
		if (diffId === undefined || diffId === layer.diffId) return [];
		const instruction = instructions[at] ?? `layer ${at + 1}`;
		const found = compareTrees(lowerTree(store, layer), lowerTree(store, {diffId}), '');
		if (found.length > 0) return found.map(difference => ({...difference, instruction}));
		return [{path: 'times or attributes of files', what: 'bytes', one: layer.diffId, other: diffId, instruction}];
	});
	if (layers.length > 0) return layers;
	return [{path: 'configuration', what: 'bytes', one: one.config, other: other.config, instruction: null}];
}

/** The instructions of an image's layers, lowest first. */
function layerInstructions(config: string): readonly string[] {
	const {history = []} = JSON.parse(config) as {
		readonly history?: readonly {readonly created_by?: string; readonly empty_layer?: boolean}[];
	};
	return history.filter(({empty_layer: isEmpty = false}) => !isEmpty).map(({created_by: by = ''}) => by);
}
