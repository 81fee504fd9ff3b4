import {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import type {RangeMap} from '../../host/id-map.ts';
import {namesIn, pathOf, pin, pinBelow, statBelow, unpin} from '../../host/files/pinned.ts';
import {extraction} from '../archive/extraction.ts';
import {startJailed} from '../archive/jailed-program.ts';
import {noSpace, saysDiskFull, tarFailed} from '../archive/unpack-error.ts';
import {treeUse} from '../store/tree-use.ts';
import {volumeReader} from './volume-reader.ts';

/** What a volume begins with: the folder `target` of an unpacked image. */
export interface VolumeFill {
	/** The root of the image; the folder of the volume. Absolute. */
	readonly image: string;
	/** As the container names it. */
	readonly target: string;
	readonly volume: string;
	/** The map that the image was unpacked with, and the one that the container's files are written with. */
	readonly readIds?: RangeMap | undefined;
	readonly ids?: RangeMap | undefined;
}

/** How {@link fillVolume} goes about it. */
export interface FillOptions {
	/** Bytes copied so far, about how many there are, and how many entries; at most every 50 ms, and at the end. */
	readonly onProgress: (done: number, total: number, entries: number) => void;
	readonly signal: AbortSignal;
	/** The folder with the copied tools. */
	readonly toolbox: string;
}

/** Milliseconds between two calls of onProgress. */
const progressEvery = 50;

/**
 * Whether there is something to do: the volume is empty, or a copy into it was cut short. One that may not be looked into
 * has been given to somebody by then.
 */
export function wantsFill(host: Host, volume: string): boolean {
	if (host.lstat(`${volume}/copying`) !== undefined) return true;
	return unlessForbidden(() => host.list(`${volume}/_data`))?.length === 0;
}

/**
 * How much an image has at a path: undefined for nothing at all, null where that can't be told. No symlink is followed:
 * behind one it is the reader in its jail that finds out.
 */
function contentAt(host: Host, {image, target}: VolumeFill): {bytes: number; entries: number} | null | undefined {
	let folder = pin(image);
	try {
		for (const name of target.split('/').filter(part => part !== '')) {
			const there = statBelow(folder, name);
			if (there === undefined) return undefined;
			const next = pinBelow(folder, name);
			if (next === undefined) return there.isSymbolicLink() ? null : undefined;
			unpin(folder);
			folder = next;
		}
		let bytes = 0;
		let entries = 0;
		for (const name of namesIn(folder)) {
			const use = treeUse(host, `${pathOf(folder)}/${name.toString()}`);
			bytes += use.bytes;
			entries += use.entries;
		}
		return {bytes, entries};
	} catch {
		// An ordinary user may not look into all folders of the image.
		return null;
	} finally {
		unpin(folder);
	}
}

/**
 * Copies what an image has at a path into an empty volume, the folder's own owner and mode too: one tar reads with the
 * image as its root, another writes, locked into the volume. To be called with the volume's lock held.
 * A volume with something in it stays as it is; a copy that was cut short is made again, over what is there.
 *
 * @throws TsboxError E_INTERRUPTED, E_NO_SPACE, E_STEP_FAILED.
 */
export async function fillVolume(
	host: Host,
	facts: HostFacts,
	fill: VolumeFill,
	{onProgress, signal, toolbox}: FillOptions,
): Promise<void> {
	const {image, target, volume, readIds, ids} = fill;
	if (!wantsFill(host, volume)) return;
	const content = contentAt(host, fill);
	if (content === undefined) return;
	const what = `${target} of the image`;
	host.writeAtomic(`${volume}/copying`, `${process.pid}\n`, 0o600);
	const reader = startJailed(host, facts, volumeReader(facts, target), image, {toolbox, ids: readIds});
	const writer = startJailed(host, facts, extraction(facts, ids, 'part'), `${volume}/_data`, {toolbox, ids});
	reader.stdin.end();
	const kill = (): void => {
		reader.kill();
		writer.kill();
	};
	signal.addEventListener('abort', kill, {once: true});
	if (signal.aborted) kill();
	let done = 0;
	let told = host.now();
	const counted = new Transform({
		transform(chunk: Buffer, _encoding, next) {
			done += chunk.length;
			if (content !== null && host.now() - told >= progressEvery) {
				told = host.now();
				onProgress(Math.min(done, content.bytes), content.bytes, content.entries);
			}
			next(null, chunk);
		},
	});
	await pipeline(reader.stdout, counted, writer.stdin).catch(() => {});
	const [read, written] = await Promise.all([reader.ended, writer.ended]);
	signal.removeEventListener('abort', kill);
	if (signal.aborted) throw new TsboxError('E_INTERRUPTED', `copying ${what} was interrupted`, {cause: signal.reason});
	if (saysDiskFull(writer.messages())) throw noSpace(what, volume);
	// Of a reader that failed the writer got no whole archive. 1: a file changed while it was read.
	if (read !== 0 && read !== 1)
		throw new TsboxError('E_STEP_FAILED', `${what} could not be read`, {
			command: reader.command,
			output: reader.messages(),
			hint: 'write `nocopy` for a volume that begins empty',
		});
	if (written !== 0) throw tarFailed(what, writer, ids);
	if (content !== null) onProgress(content.bytes, content.bytes, content.entries);
	host.removeTree(`${volume}/copying`);
}
