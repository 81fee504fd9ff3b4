import {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import type {RangeMap} from '../../host/id-map.ts';
import {namesIn, pathOf} from '../../host/files/pinned.ts';
import {extraction} from '../archive/extraction.ts';
import {startJailed} from '../archive/jailed-program.ts';
import {noSpace, saysDiskFull, tarFailed} from '../archive/unpack-error.ts';
import {closeMerged, mergedBelow, openMerged, statMerged} from '../store/merged-folder.ts';
import {treeUse} from '../store/tree-use.ts';
import {volumeReader} from './volume-reader.ts';

/** The initial content of a volume: the folder `target` of an unpacked image. */
export interface VolumeFill {
	/** The folders of the image, absolute, topmost first. */
	readonly image: readonly string[];
	/** Marks of overlays in them are attributes that unprivileged users may write. */
	readonly userxattr?: true;
	/** The mount point in the container. */
	readonly target: string;
	/** The folder of the volume, absolute. */
	readonly volume: string;
	/** The id maps: the one that the image was unpacked with, and the one for the container's files. */
	readonly readIds?: RangeMap | undefined;
	readonly ids?: RangeMap | undefined;
}

/** Options of {@link fillVolume}. */
export interface FillOptions {
	/** Bytes copied so far, the approximate total, and the number of entries; at most every 50 ms, and at the end. */
	readonly onProgress: (done: number, total: number, entries: number) => void;
	readonly signal: AbortSignal;
	/** The folder with the copied tools. */
	readonly toolbox: string;
}

/** The interval of onProgress, ms. */
const progressEvery = 50;

/**
 * Whether a volume needs its initial content: it is empty, or an earlier copy was interrupted. A volume that the caller may not
 * read already belongs to another user and needs none.
 */
export function wantsFill(host: Host, volume: string): boolean {
	if (host.lstat(`${volume}/copying`) !== undefined) return true;
	return unlessForbidden(() => host.list(`${volume}/_data`))?.length === 0;
}

/**
 * The size of an image's content at a path; undefined when there is none, null when that is unknown. Symlinks are not followed;
 * the jailed reader resolves them later.
 */
function contentAt(host: Host, {image, target}: VolumeFill): {bytes: number; entries: number} | null | undefined {
	let folder = openMerged(host, image);
	try {
		for (const name of target.split('/').filter(part => part !== '')) {
			const there = statMerged(folder, name);
			if (there === undefined) return undefined;
			const next = mergedBelow(folder, name);
			if (next === undefined) return there.isSymbolicLink() ? null : undefined;
			closeMerged(folder);
			folder = next;
		}
		let bytes = 0;
		let entries = 0;
		// What one layer has and another one hides counts too: the number is for a progress bar.
		for (const part of folder.parts.map(each => each.folder)) {
			for (const name of namesIn(part)) {
				const use = treeUse(host, `${pathOf(part)}/${name.toString()}`);
				bytes += use.bytes;
				entries += use.entries;
			}
		}
		return {bytes, entries};
	} catch {
		// An unprivileged user may not be allowed to read all folders of the image.
		return null;
	} finally {
		closeMerged(folder);
	}
}

/**
 * Copies an image's folder into an empty volume, with the folder's own owner and mode. One tar reads with the image as its root,
 * another, jailed in the volume, writes. The caller must hold the volume's lock.
 * A volume that is not empty stays as it is; an interrupted copy starts again on top of what is there.
 *
 * @throws TsboxError E_INTERRUPTED, E_NO_SPACE, E_STEP_FAILED.
 */
export async function fillVolume(
	host: Host,
	facts: HostFacts,
	fill: VolumeFill,
	{onProgress, signal, toolbox}: FillOptions,
): Promise<void> {
	const {target, volume, readIds, ids} = fill;
	if (!wantsFill(host, volume)) return;
	const content = contentAt(host, fill);
	if (content === undefined) return;
	const what = `${target} of the image`;
	host.writeAtomic(`${volume}/copying`, `${process.pid}\n`, 0o600);
	const {tool, folder} = volumeReader(facts, fill);
	const reader = startJailed(host, facts, tool, folder, {toolbox, ids: readIds});
	const writer = startJailed(host, facts, extraction(facts, ids, 'part'), `${volume}/_data`, {toolbox, ids});
	reader.stdin.end();
	const kill = (): void => {
		reader.kill();
		writer.kill();
	};
	signal.addEventListener('abort', kill, {once: true});
	if (signal.aborted) kill();
	let done = 0;
	let lastReport = host.now();
	const counted = new Transform({
		transform(chunk: Buffer, _encoding, next) {
			done += chunk.length;
			if (content !== null && host.now() - lastReport >= progressEvery) {
				lastReport = host.now();
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
	// Check the reader first: if it failed, the writer got a truncated archive. Status 1: a file changed while it was read.
	if (read !== 0 && read !== 1)
		throw new TsboxError('E_STEP_FAILED', `${what} could not be read`, {
			command: reader.command,
			output: reader.messages(),
			hint: 'add `nocopy` to the volume to start with an empty one',
		});
	if (written !== 0) throw tarFailed(what, writer, ids);
	if (content !== null) onProgress(content.bytes, content.bytes, content.entries);
	host.removeTree(`${volume}/copying`);
}
