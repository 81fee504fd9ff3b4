import {basename} from 'node:path';
import {removeOwned} from '../../host/files/remove-owned.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import type {IdMapRow, RangeMap} from '../../host/id-map.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {pause, unpause} from '../../container/control/pause.ts';
import {writableLayers} from '../../container/copy/diff.ts';
import {newImageName} from '../../container/images/image-name.ts';
import {findContainer} from '../../container/machine/find-container.ts';
import {refuseOfEngine} from '../../container/machine/of-engine.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {runs} from '../../container/machine/running-container.ts';
import {keepLayer} from '../../image/layer/keep-layer.ts';
import {packUpper, type UpperLayer} from '../../image/layer/pack-upper.ts';
import {platformOf} from '../../image/oci/platform.ts';
import {blobText} from '../../image/store/blobs.ts';
import {imageName, lowerFolders} from '../../image/store/facts.ts';
import {hold} from '../../image/store/hold.ts';
import type {LayerRecord} from '../../image/store/images.ts';
import {unpackLayer} from '../../image/unpack/unpack-layer.ts';
import type {ContainerRecord} from '../../state/record.ts';
import {resolveInside} from '../context/source-tree.ts';
import {changeConfig} from '../plan/change-config.ts';
import type {OciConfig} from '../plan/oci-config.ts';
import {parsePlatform} from '../plan/platform.ts';
import {readOciConfig} from '../plan/read-oci-config.ts';
import type {LayerWork} from './layer-work.ts';
import {leftByMounts} from './left-by-mounts.ts';
import {mergedTree} from './merged-tree.ts';
import {writeImage} from './write-image.ts';

/** What a commit is asked for. */
export interface CommitRequest {
	/** The new name of the image; undefined for an image without a name. */
	readonly name?: string | undefined;
	/** Instructions of a Dockerfile that change its settings. */
	readonly changes: readonly string[];
	readonly message?: string | undefined;
	readonly author?: string | undefined;
	/** Freeze a running container while its files are read. */
	readonly pause: boolean;
	readonly signal?: AbortSignal | undefined;
}

/** What a container is made from, as the beginning of an image. */
interface Base {
	readonly config: OciConfig;
	readonly layers: readonly LayerRecord[];
}

/**
 * Makes an image of what a container changed: a layer over those of its image. An archive or a folder that it has as its root becomes a layer
 * too. What is mounted in the container is not in it.
 *
 * @returns the digest of its manifest, and its complete name
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION, E_USAGE, E_DOCKERFILE; E_HOST_UNSUPPORTED for a container on the files of this
 *     machine, without a writable layer, or that cannot be frozen; E_NO_SPACE, E_STEP_FAILED, E_INTERRUPTED.
 */
export async function commitContainer(
	machine: Machine,
	word: string,
	request: CommitRequest,
): Promise<{readonly digest: string; readonly name: string | null}> {
	const {host, facts, limits, dirs} = machine;
	const {signal} = request;
	const name = request.name === undefined ? null : newImageName(request.name);
	const record = findContainer(machine, word);
	refuseOfEngine(record, 'commit');
	const settings = withCommand(changeConfig(settingsOf(machine, record), request.changes), record);
	const held = hold(host, dirs.store, 'everything');
	try {
		const toolbox = sealTools(host, facts, dirs.store);
		const work: LayerWork = {host, facts, store: dirs.store, limits, toolbox, now: host.now() / 1000, signal};
		const layer = await changesOf(machine, record, request, work);
		const base = await baseOf(record, settings, work);
		if (layer !== undefined) await unpackLayer({...layer, title: `what ${word} changed`}, work);
		const layers = [...base.layers, ...(layer === undefined ? [] : [layer])];
		const created = new Date(host.now()).toISOString();
		const by = request.author === undefined ? {} : {author: request.author};
		const config: OciConfig = {
			...base.config,
			...by,
			created,
			rootfs: {type: 'layers', diff_ids: layers.map(({diffId}) => diffId)},
			history: [
				...base.config.history,
				{
					created,
					...by,
					created_by: record.config.process.args.join(' '),
					comment: request.message ?? 'tsbox',
					...(layer === undefined && {empty_layer: true}),
				},
			],
		};
		const {manifest} = writeImage(host, dirs.store, config, layers, name === null ? [] : [name]);
		return {digest: manifest, name};
	} finally {
		await removeOwned(host, facts, held);
	}
}

/** The settings that the container's image has; those of an archive and a folder are empty. */
function settingsOf({host, facts, dirs}: Machine, {name, image}: ContainerRecord): OciConfig {
	if (image.kind === 'host') {
		throw new TsboxError('E_HOST_UNSUPPORTED', `${name} has no image to put its changes on`, {
			why: 'its root filesystem is that of this machine (`rootfs: host`)',
			hint: `copy what it made with \`tsbox cp ${name}:PATH -\``,
		});
	}
	if (image.kind === 'image') {
		const whole = readOciConfig(blobText(host, dirs.store, image.config) ?? '', image.reference);
		// As in a build, the triggers of an image are not those of the next one.
		const {OnBuild: _, ...config} = whole.config;
		return {...whole, config};
	}
	const platform = parsePlatform(platformOf(facts.kernel.arch));
	const {os, arch, variant} = platform.ok ? platform.value : {os: 'linux', arch: facts.kernel.arch, variant: undefined};
	const place = {os, architecture: arch, ...(variant === undefined ? {} : {variant})};
	return {...place, config: {}, rootfs: {type: 'layers', diff_ids: []}, history: []};
}

/** An image that says no command gets the one that the container has, so that it can be started without a spec that has one. */
function withCommand(settings: OciConfig, {config: {process}}: ContainerRecord): OciConfig {
	const {Cmd = [], Entrypoint = []} = settings.config;
	if (Cmd.length + Entrypoint.length > 0) return settings;
	return {...settings, config: {...settings.config, Cmd: process.args}};
}

/** Makes the root of a container the layers of an image. */
async function baseOf({image}: ContainerRecord, config: OciConfig, work: LayerWork): Promise<Base> {
	const {host, store} = work;
	if (image.kind === 'image') {
		const layers = image.layers.map(({diffId, digest, size, mediaType}) => ({diffId, digest, size, mediaType}));
		return {config, layers};
	}
	const [folder] = lowerFolders(image);
	if (folder === undefined) throw new RangeError('the root has no folder');
	const title = imageName(image);
	const ids = image.kind === 'archive' ? image.ids : undefined;
	const layer = await keepLayer(host, store, packed({folder, ids, left: new Set(), title}, work));
	if (layer === undefined) return {config, layers: []};
	await unpackLayer({...layer, title}, work);
	const created = new Date(host.now()).toISOString();
	const entry = {created, created_by: `import ${basename(title)}`, comment: 'tsbox'};
	return {config: {...config, history: [entry]}, layers: [layer]};
}

/** The writable layer of a container as a layer of an image; undefined when it has no entries. */
async function changesOf(
	machine: Machine,
	record: ContainerRecord,
	request: CommitRequest,
	work: LayerWork,
): Promise<LayerRecord | undefined> {
	const {host} = machine;
	const thaw = request.pause && runs(machine, record) ? await frozen(machine, record.name) : undefined;
	try {
		const {layers, covered} = writableLayers(machine, record);
		const [layer] = layers;
		if (layer === undefined) throw new RangeError('the container has no layer');
		const tree = mergedTree(host, lowerFolders(record.image));
		const points = [...new Set(covered)].flatMap(path => {
			const point = path.slice(1);
			return [point, resolveInside(tree, point) ?? point];
		});
		const ids = idsOf(machine, record);
		// Without a map the layers on the disk have the ids of the image.
		const shifted = 'ids' in record.image && record.image.ids !== undefined ? undefined : ids;
		const left = leftByMounts(host, tree, layer.upper, points, shifted);
		const upper = {
			folder: layer.upper,
			ids,
			left,
			title: 'the writable layer',
			isChanging: thaw === undefined && runs(machine, record),
		};
		return await keepLayer(host, work.store, packed(upper, work));
	} finally {
		await thaw?.();
	}
}

/** Freezes a container that runs, and returns what thaws it; undefined when it is paused already. */
async function frozen(machine: Machine, name: string): Promise<(() => Promise<void>) | undefined> {
	try {
		await pause(machine, name);
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		if (error.code === 'E_PAUSED') return undefined;
		if (error.code !== 'E_HOST_UNSUPPORTED') throw error;
		throw new TsboxError(error.code, error.message, {
			cause: error,
			...(error.why === undefined ? {} : {why: error.why}),
			hint: 'read its files while it runs: `--no-pause`',
		});
	}
	return async () => {
		try {
			await unpause(machine, name);
		} catch (error) {
			// Its end, or another tsbox, came between.
			const isOver = isTsboxError(error) && ['E_PAUSED', 'E_NO_SUCH_CONTAINER'].includes(error.code);
			if (!isOver) throw error;
		}
	};
}

/** The ids of a container on the host, if root made a user namespace for it. Those of an ordinary user the jail maps back. */
function idsOf({facts}: Machine, {namespaces, config}: ContainerRecord): RangeMap | undefined {
	const {uidMappings = [], gidMappings = []} = config.linux;
	if (facts.user.uid !== 0 || !namespaces.includes('user')) return undefined;
	const rows = (all: typeof uidMappings): readonly IdMapRow[] =>
		all.map(({containerID, hostID, size}) => ({inside: containerID, outside: hostID, count: size}));
	return {kind: 'range', uids: rows(uidMappings), gids: rows(gidMappings)};
}

function packed(upper: UpperLayer, work: LayerWork): AsyncIterable<Buffer> {
	return packUpper(upper, work, {entries: 0, opaque: [], isChanged: false});
}
