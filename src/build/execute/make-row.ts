import type {LayerRecord} from '../../image/store/images.ts';
import {makeStore, newWorkPath} from '../../image/store/store.ts';
import {removeStubborn} from '../../image/store/work-folder.ts';
import type {BuildRow} from '../plan/build-plan.ts';
import {cacheKey} from '../plan/cache-key.ts';
import {keepCached, readCached} from './cache-store.ts';
import {copyLayer, type FetchedSource} from './copy-layer.ts';
import {fetchUrl} from './fetch-url.ts';
import {type MergedTree, mergedTree} from './merged-tree.ts';
import {layersKey, type RowWork} from './row-work.ts';
import {runRow} from './run-row.ts';
import {workdirLayer} from './workdir-layer.ts';

type CopyRow = Extract<BuildRow, {kind: 'copy' | 'add'}>;
type ChangingRow = Exclude<BuildRow, {kind: 'base' | 'meta'}>;

/**
 * Makes the layer of a row, or takes it from an earlier build; undefined when it changes no file. The rows of a stage come in order.
 *
 * @throws TsboxError as `build`.
 */
export async function makeRow(row: BuildRow, rows: RowWork): Promise<LayerRecord | undefined> {
	if (row.kind === 'meta') return undefined;
	const {host} = rows.work;
	const {emit} = rows.request;
	const start = host.now();
	emit({type: 'row.started', row});
	if (row.kind === 'base') {
		const {base} = row;
		if (base.kind === 'image') rows.setLayers(row.stage, await rows.pulled(row, base.manifest));
		else rows.setLayers(row.stage, base.kind === 'stage' ? rows.layersOf(base.stage) : []);
		emit({type: 'row.done', row, isCached: false, bytes: 0, ms: host.now() - start});
		return undefined;
	}
	const {layer, isCached} = await changed(row, rows);
	if (layer !== undefined) rows.setLayers(row.stage, [...rows.layersOf(row.stage), layer]);
	emit({type: 'row.done', row, isCached, bytes: layer?.size ?? 0, ms: host.now() - start});
	return layer;
}

async function changed(
	row: ChangingRow,
	rows: RowWork,
): Promise<{readonly layer: LayerRecord | undefined; readonly isCached: boolean}> {
	const {host, facts, store} = rows.work;
	// The layer of `COPY --link` is the same whatever lies below.
	const below = isLinked(row) ? [] : rows.layersOf(row.stage);
	const onto = mergedTree(host, rows.lowersOf(below));
	const folder = newWorkPath(host, store);
	makeStore(host, store);
	host.mkdir(folder, 0o700);
	try {
		const fetched = 'copy' in row ? await fetchAll(row, folder, rows) : [];
		const sources = [...(await rows.sourceKeys(row)), ...fetched.map(({digest}) => digest)];
		const key = cacheKey(layersKey(below), row.inputs ?? '', sources);
		const before = rows.request.noCache === true ? undefined : readCached(host, store, key);
		if (before !== undefined) return {layer: before.layer ?? undefined, isCached: true};
		const layer = await made(row, onto, folder, fetched, rows);
		keepCached(host, store, {schema: 1, key, layer: layer ?? null, command: row.command, made: host.now()});
		return {layer, isCached: false};
	} finally {
		await removeStubborn(host, facts, folder);
	}
}

async function made(
	row: ChangingRow,
	onto: MergedTree,
	folder: string,
	fetched: readonly FetchedSource[],
	rows: RowWork,
): Promise<LayerRecord | undefined> {
	if (row.kind === 'run') return runRow(row, onto, folder, rows);
	if (row.kind === 'workdir') return rows.layerOf(row, workdirLayer(row, onto, rows.work));
	const {copy, place} = row;
	const from = await rows.filesOf(row, copy.from);
	return rows.layerOf(row, copyLayer({copy, place, onto, from, fetched}, rows.work));
}

/** Whether nothing of the layer comes from those below; a name of a user does. */
function isLinked(row: ChangingRow): boolean {
	return 'copy' in row && row.copy.link && /^(?:\d+(?::\d+)?)?$/.test(row.copy.chown ?? '');
}

async function fetchAll(
	{copy, place}: CopyRow,
	folder: string,
	{machine, work: {host, signal}}: RowWork,
): Promise<readonly (FetchedSource & {readonly digest: string})[]> {
	const env = Object.fromEntries(
		Object.entries(machine.env ?? {}).flatMap(([name, value]) =>
			/^(?:https?|ftp|no|all)_proxy$/i.test(name) && value !== undefined ? [[name, value]] : [],
		),
	);
	const files: (FetchedSource & {readonly digest: string})[] = [];
	for (const [index, url] of copy.urls.entries()) {
		const path = `${folder}/url-${index}`;
		files.push({name: url.name, path, ...(await fetchUrl(host, url, path, {env, place, signal}))});
	}
	return files;
}
