import {type CachedRow, keepCached, readCached} from '../../image/store/build-cache.ts';
import type {LayerRecord} from '../../image/store/images.ts';
import {makeStore, newWorkPath} from '../../image/store/store.ts';
import {removeStubborn} from '../../image/store/work-folder.ts';
import type {BuildRow} from '../plan/build-plan.ts';
import {cacheKey} from '../plan/cache-key.ts';
import {copyLayer, type FetchedSource} from './copy-layer.ts';
import {proxiesOf} from './fetch-program.ts';
import {fetchUrl} from './fetch-url.ts';
import {type MergedTree, mergedTree} from './merged-tree.ts';
import {layersKey, type RowWork} from './row-work.ts';
import {runRow} from './run-row.ts';
import {workdirLayer} from './workdir-layer.ts';

type CopyRow = Extract<BuildRow, {kind: 'copy' | 'add'}>;
type ChangingRow = Exclude<BuildRow, {kind: 'base' | 'meta'}>;

/** What a row made, and when: ms since the epoch. */
export type MadeLayer = Pick<CachedRow, 'layer' | 'made'>;

/**
 * Makes the layer of a row, or takes it from an earlier build; undefined for FROM. The rows of a stage come in order.
 *
 * @throws TsboxError as `build`.
 */
export async function makeRow(row: BuildRow, rows: RowWork): Promise<MadeLayer | undefined> {
	if (row.kind === 'meta') return setting(row, rows);
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
	const {isCached, ...done} = await changed(row, rows);
	const {layer} = done;
	if (layer !== null) rows.setLayers(row.stage, [...rows.layersOf(row.stage), layer]);
	emit({type: 'row.done', row, isCached, bytes: layer?.size ?? 0, ms: host.now() - start});
	return done;
}

/** A row that changes no file. Its time is kept, so that the next build makes the same image. */
function setting({stage, command}: BuildRow, rows: RowWork): MadeLayer {
	const key = cacheKey(layersKey(rows.layersOf(stage)), command);
	return found(key, rows) ?? kept({key, layer: null, command}, rows);
}

function found(key: string, {request, work: {host, store}}: RowWork): CachedRow | undefined {
	return request.noCache === true ? undefined : readCached(host, store, key);
}

function kept(row: Pick<CachedRow, 'key' | 'layer' | 'command'>, {work: {host, store}}: RowWork): CachedRow {
	const whole: CachedRow = {schema: 1, ...row, made: host.now()};
	keepCached(host, store, whole);
	return whole;
}

async function changed(row: ChangingRow, rows: RowWork): Promise<MadeLayer & {readonly isCached: boolean}> {
	const {host, facts, store} = rows.work;
	// The layer of `COPY --link` is the same whatever lies below.
	const below = isLinked(row) ? [] : rows.layersOf(row.stage);
	const onto = mergedTree(host, rows.lowersOf(below));
	const folder = newWorkPath(host, store);
	makeStore(host, store);
	host.mkdir(folder, 0o700);
	try {
		const fetched = 'copy' in row ? await fetchAll(row, folder, rows) : [];
		const sources = [...(await rows.sourceKeys(row)), ...fetched.map(({digest}) => digest), ...fixedWords(rows)];
		const key = cacheKey(layersKey(below), row.inputs ?? '', sources);
		const before = found(key, rows);
		if (before !== undefined) return {...before, isCached: true};
		const layer = (await made(row, onto, folder, fetched, rows)) ?? null;
		return {...kept({key, layer, command: row.command}, rows), isCached: false};
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

/** What is fixed for all rows of the build: a layer of another time is another layer. */
function fixedWords({request: {run}, work: {latest}}: RowWork): readonly string[] {
	return [
		...(latest === undefined ? [] : [`no file is newer than ${latest}`]),
		...(run?.reproducible === true ? ['reproducible'] : []),
	];
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
	const env = proxiesOf(machine.env ?? {});
	const files: (FetchedSource & {readonly digest: string})[] = [];
	for (const [index, url] of copy.urls.entries()) {
		const path = `${folder}/url-${index}`;
		files.push({name: url.name, path, ...(await fetchUrl(host, url, path, {env, place, signal}))});
	}
	return files;
}
