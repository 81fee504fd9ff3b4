import {posix} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {quoted} from '../../spec/model/parsed.ts';
import {entryBlocks, paddingOf} from '../../image/unpack/tar-writer.ts';
import type {CopiedEntry} from '../context/content-digest.ts';
import {type FoundSource, findSources} from '../context/find-sources.ts';
import type {SourceTree} from '../context/source-tree.ts';
import type {CopyStep} from '../plan/build-plan.ts';
import {type Chmod, parseChmod} from '../plan/chmod.ts';
import {archiveEntries} from './archive-entries.ts';
import {asBytes, CopyTarget, type Owner} from './copy-target.ts';
import {findOwner} from './find-owner.ts';
import {openSource} from './host-tree.ts';
import {layerEntries} from './layer-entries.ts';
import type {MergedTree} from './merged-tree.ts';
import type {LayerWork} from './layer-work.ts';

/** Where the sources of a copy are: a folder of the host, or the layers of a stage or an image, topmost first. */
export type CopyFrom =
	/** `isWhole`: no file of it is left out by `.dockerignore`. */
	| {readonly kind: 'folder'; readonly path: string; readonly isWhole: boolean}
	| {readonly kind: 'layers'; readonly lowers: readonly string[]; readonly tree: SourceTree};

/** A file that curl fetched. */
export interface FetchedSource {
	readonly name: string;
	/** Where it is now. */
	readonly path: string;
	/** Seconds since the epoch. */
	readonly mtime: number;
}

/** A COPY or ADD, and all that it needs. */
export interface CopyJob {
	readonly copy: CopyStep;
	/** `file:line`. */
	readonly place: string;
	/** The files that it is put over. */
	readonly onto: MergedTree;
	readonly from: CopyFrom;
	readonly fetched: readonly FetchedSource[];
}

/** How files of a copy differ from their sources. */
export interface CopyRules {
	readonly target: CopyTarget;
	/** Undefined keeps the owner of a stage's file; a file of the context belongs to root. */
	readonly owner: Owner | undefined;
	readonly chmod: Chmod | undefined;
	/** The destination; a path of the layer for an entry of a source. */
	readonly pathOf: (to: string) => string;
}

/**
 * The tar of the layer that a COPY or ADD makes, without its end mark.
 *
 * @throws TsboxError E_BUILD for a destination that cannot be, E_DOCKERFILE for a missing file of a stage, E_PERMISSION, E_STEP_FAILED.
 */
export async function* copyLayer(job: CopyJob, work: LayerWork): AsyncIterable<Buffer> {
	const {copy, place, onto, from} = job;
	const owner = copy.chown === undefined ? undefined : findOwner(onto, copy.chown, place);
	const made = {...(owner ?? {uid: 0, gid: 0}), mtime: work.now};
	const target = new CopyTarget(onto, made, work);
	const found = from.kind === 'layers' ? foundIn(job, from.tree) : [];
	const rules: CopyRules = {
		target,
		owner,
		chmod: copy.chmod === undefined ? undefined : parseChmod(copy.chmod),
		pathOf: destinationOf(job, target, found),
	};
	for (const entry of copy.entries ?? []) {
		if (from.kind === 'folder') yield* contextEntry(entry, from.path, job, rules, work);
	}
	for (const source of found) {
		if (from.kind === 'layers') yield* layerEntries(source, from.lowers, copy, rules, work);
	}
	for (const {name, content} of copy.inline) {
		const data = Buffer.from(content, 'utf8');
		yield* oneFile(name, {mode: 0o644, mtime: work.now, size: data.length}, rules);
		yield* [data, paddingOf(data.length)];
	}
	for (const {name, path, mtime} of job.fetched) yield* fileEntry(name, path, {mode: 0o600, mtime}, rules, work);
}

function foundIn({copy, place}: CopyJob, tree: SourceTree): readonly FoundSource[] {
	return copy.sources.flatMap(source => {
		const files = findSources(tree, source, {parents: copy.parents});
		if (files.ok) return files.found;
		throw new TsboxError('E_BUILD', `${place}: ${quoted(source)} is not in the files that it copies from`, {
			hint: 'look at the stage: `tsbox build --target` with its name makes an image of it',
		});
	});
}

/**
 * Where entries go: below the destination when that is a folder, else to the destination itself.
 *
 * @throws TsboxError E_BUILD for several files and a destination that is no folder.
 */
function destinationOf(
	{copy, place, onto, fetched}: CopyJob,
	target: CopyTarget,
	found: readonly FoundSource[],
): (to: string) => string {
	const destination = copy.destination.slice(1);
	const resolved = target.resolve(destination);
	const there = onto.entry(resolved)?.kind;
	const files = (copy.found ?? found.length) + copy.inline.length + fetched.length;
	const hasFolders = found.some(({kind}) => kind === 'directory') || copy.entries?.some(({to}) => to === '') === true;
	if (copy.toFolder && there !== undefined && there !== 'directory') {
		throw new TsboxError('E_BUILD', `${place}: ${copy.destination} of the stage is a ${there} and no folder`, {
			hint: 'leave the slash at the end out to replace it',
		});
	}
	if (copy.toFolder || there === 'directory' || hasFolders || copy.parents) return to => posix.join(resolved, to);
	if (files > 1) {
		throw new TsboxError('E_BUILD', `${place}: ${files} files cannot all become ${copy.destination}`, {
			hint: `write a slash at the end to put them into a folder: \`${copy.destination}/\``,
		});
	}
	return () => target.place(destination);
}

/** A file, folder or symlink of the context. */
async function* contextEntry(
	entry: CopiedEntry,
	folder: string,
	{copy, place}: CopyJob,
	rules: CopyRules,
	work: LayerWork,
): AsyncIterable<Buffer> {
	const {target, chmod, owner = {uid: 0, gid: 0}} = rules;
	const source = entry.from === '' ? folder : `${folder}/${entry.from}`;
	const mtime = target.time(Math.floor((entry.mtimeMs ?? 0) / 1000));
	if (entry.kind === 'file') {
		if (copy.unpack) {
			const archive = await archiveEntries(source, rules, place, work);
			if (archive !== undefined) {
				yield* archive;
				return;
			}
		}
		yield* fileEntry(entry.to, source, {mode: entry.mode, mtime}, rules, work);
		return;
	}
	const path = target.place(rules.pathOf(entry.to).replace(/\/$/, ''));
	if (entry.kind === 'directory') {
		const existing = target.resolve(path);
		// The reference: the folder itself is not copied, only what is in it.
		if (entry.to === '' || target.hasFolder(existing)) yield target.folders(existing);
		else {
			yield target.folders(posix.dirname(path).replace(/^\.$/, ''));
			target.note(path);
			const mode = chmod?.(entry.mode, true) ?? entry.mode;
			yield entryBlocks({name: `${asBytes(path)}/`, type: '5', mode, ...owner, mtime});
		}
	} else if (entry.kind === 'symlink') {
		yield target.folders(posix.dirname(path).replace(/^\.$/, ''));
		const link = asBytes(entry.target ?? '');
		yield entryBlocks({name: asBytes(path), type: '2', mode: 0o777, ...owner, mtime, link});
	}
	// Sockets and other such files of the context mean nothing in an image.
}

/** A file of the host. */
async function* fileEntry(
	to: string,
	source: string,
	facts: {readonly mode: number; readonly mtime: number},
	rules: CopyRules,
	{host, signal}: LayerWork,
): AsyncIterable<Buffer> {
	const file = await openSource(host, source);
	try {
		const size = Number((await file.facts()).size);
		yield* oneFile(to, {...facts, size}, rules);
		let left = size;
		for await (const chunk of file.chunks(signal)) {
			left -= chunk.length;
			if (left < 0) break;
			yield chunk;
		}
		if (left !== 0) {
			throw new TsboxError('E_BUILD', `${source} changed while it was copied`, {hint: 'build again'});
		}
		yield paddingOf(size);
	} finally {
		await file.close();
	}
}

function* oneFile(
	to: string,
	{mode, mtime, size}: {readonly mode: number; readonly mtime: number; readonly size: number},
	{target, owner = {uid: 0, gid: 0}, chmod, pathOf}: CopyRules,
): Iterable<Buffer> {
	const path = target.place(pathOf(to));
	yield target.folders(posix.dirname(path).replace(/^\.$/, ''));
	yield entryBlocks({
		name: asBytes(path),
		type: '0',
		mode: chmod?.(mode, false) ?? mode,
		...owner,
		mtime: target.time(mtime),
		size,
	});
}
