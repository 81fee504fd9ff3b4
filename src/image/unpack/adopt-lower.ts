import type {HostFacts} from '../../host/facts.ts';
import type {RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {lowerPlace, type LowerRecord, readLower} from '../store/lower.ts';
import {lowerFolder, newWorkPath} from '../store/store.ts';
import {removeStubborn, storeWork} from '../store/work-folder.ts';

/** A writable layer that becomes a layer of an image as it is. */
export interface AdoptedLayer {
	readonly diffId: string;
	/** Its folder on the disk of the store; it is moved. */
	readonly folder: string;
	readonly entries: number;
	/** Disk use, bytes. */
	readonly bytes: number;
	/** Folders that hide what the layers below have there, one character a byte. */
	readonly opaque: readonly string[];
	readonly ids?: RangeMap | undefined;
}

/**
 * Makes the writable layer of an overlay a lower layer of others: its whiteouts have the right form already. It appears whole, by a
 * rename, after all of it was synced to disk.
 *
 * @throws TsboxError E_NO_SPACE, E_INTERRUPTED, E_STEP_FAILED; the system's error.
 */
export async function adoptLower(
	layer: AdoptedLayer,
	{
		host,
		facts,
		store,
		signal,
	}: {
		readonly host: Host;
		readonly facts: HostFacts;
		readonly store: string;
		readonly signal?: AbortSignal | undefined;
	},
): Promise<void> {
	const {diffId, folder, entries, bytes, opaque, ids} = layer;
	if (readLower(host, store, {diffId, ids}) !== undefined) return;
	const work = newWorkPath(host, store);
	host.mkdirs(lowerFolder(store), 0o700);
	host.mkdir(work, 0o700);
	try {
		host.rename(folder, `${work}/fs`);
		// The topmost layer gives the root its mode.
		host.chmod(`${work}/fs`, 0o755);
		const record: LowerRecord = {schema: 1, diffId, bytes, entries, implied: [], opaque, created: host.now()};
		host.writeAtomic(`${work}/layer.json`, `${JSON.stringify(record)}\n`, 0o600);
		await storeWork(host, facts, work, lowerPlace(store, {diffId, ids}), signal, 'layer.json');
	} finally {
		await removeStubborn(host, facts, work);
	}
}
