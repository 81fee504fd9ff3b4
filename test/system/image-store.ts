import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {HostFacts} from '../../src/host/facts.ts';
import type {Host} from '../../src/host/host.ts';
import {probeHost} from '../../src/host/facts/probe.ts';
import {realHost} from '../../src/host/programs/real-host.ts';
import {imageFacts} from '../../src/image/store/facts-of.ts';
import type {ImageRecord} from '../../src/image/store/record.ts';
import {type UnpackOptions, unpack} from '../../src/image/unpack/unpack.ts';

/** A store of its own for a test, on the real machine. */
export interface TestStore {
	readonly host: Host;
	readonly facts: HostFacts;
	/** A folder for the test's files; the store lies beside them. */
	readonly folder: string;
	readonly store: string;
	/** Digests and unpacks an archive; `path` is the unpacked tree. */
	unpacked(archive: string, options?: UnpackOptions): Promise<{readonly record: ImageRecord; readonly path: string}>;
	/** What is in the store: nothing but whole images, or the test failed. */
	contents(): {readonly images: readonly string[]; readonly tmp: readonly string[]};
	remove(): void;
}

/** Makes an empty store. */
export async function testStore(): Promise<TestStore> {
	const host = realHost();
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-image-'));
	const store = join(folder, 'store');
	mkdirSync(store);
	const facts = await probeHost(host, {store, state: join(folder, 'state')});
	return {
		host,
		facts,
		folder,
		store,
		async unpacked(archive, options) {
			const image = await imageFacts(host, store, {kind: 'archive', path: archive});
			if (image.kind !== 'archive') throw new TypeError(`${archive} is no archive`);
			return {record: await unpack(host, facts, store, image, options), path: image.path};
		},
		contents: () => ({images: host.list(`${store}/images`), tmp: host.list(`${store}/tmp`)}),
		remove: () => rmSync(folder, {recursive: true, force: true}),
	};
}
