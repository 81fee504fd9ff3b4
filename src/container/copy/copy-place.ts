import type {Machine} from '../machine/machine.ts';
import {basename} from 'node:path';
import type {Readable} from 'node:stream';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {moveMerged, namesIn, type Pinned, pathOf, pinBelow, statBelow, unpin} from '../../host/files/pinned.ts';
import type {ArchiveEntry} from '../../image/archive/entry-reader.ts';
import {receive} from '../../image/unpack/receive.ts';
import type {CopyPath} from '../../step/script/copy-script.ts';
import type {CopyRequest, LocalTarget} from './copy-local.ts';
import {noteCopy, temporaryName} from '../recover/copy-note.ts';

/** A copy out of a container. */
export interface ComingOut {
	/** The name of the copy in errors: `NAME:PATH`. */
	readonly title: string;
	readonly source: CopyPath;
	readonly target: LocalTarget;
	readonly request: CopyRequest;
	readonly stream: Readable;
	/** The folder with the copied tools. */
	readonly toolbox: string;
	/** Runs the work on the stream; throws also when the container's side failed. */
	readonly read: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Unpacks a copy into a temporary folder beside the target, and moves it into place once it is complete. A failed copy leaves
 * nothing behind.
 *
 * @throws TsboxError as copyOut.
 */
export async function placeCopy(machine: Machine, coming: ComingOut): Promise<void> {
	const {host} = machine;
	const {target, request} = coming;
	const place = pathOf(target.folder);
	const temporary = temporaryName();
	const forget = noteCopy(machine, target.folder, temporary);
	let work: Pinned | undefined;
	try {
		work = made(machine, target.folder, temporary, 0o700, request.local ?? '');
		const tree = made(machine, work, 'tree', 0o755, request.local ?? '');
		try {
			await coming.read(() => unpackInto(machine, tree, coming));
			move(coming, work, tree);
		} finally {
			unpin(tree);
		}
	} finally {
		if (work !== undefined) unpin(work);
		host.removeTree(`${place}/${temporary}`);
		forget();
	}
}

function made({host}: Machine, folder: Pinned, name: string, mode: number, text: string): Pinned {
	try {
		host.mkdir(`${pathOf(folder)}/${name}`, mode);
		const pinned = pinBelow(folder, name);
		if (pinned !== undefined) return pinned;
	} catch (cause) {
		const errno = errnoOf(cause) ?? '';
		if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(errno)) throw cause;
		const full = errno === 'ENOSPC' || errno === 'EDQUOT';
		throw new TsboxError(
			full ? 'E_NO_SPACE' : 'E_PERMISSION',
			`cannot create files in the folder of ${text} (${errno})`,
			{
				cause,
				hint: full ? 'free some space' : 'choose a folder that you can write to',
			},
		);
	}
	throw new TsboxError('E_CHECK_FAILED', `the folder of ${text} changed during the copy`, {
		why: 'another process replaced the files during the copy',
		hint: 'copy to a folder of your own',
	});
}

async function unpackInto(
	{host, facts, limits}: Machine,
	folder: Pinned,
	{title, target, request, stream, toolbox}: ComingOut,
): Promise<void> {
	const onEntry = ({kind}: ArchiveEntry): void => {
		if (target.kind === 'file' && kind === 'directory') throw inTheWay(request.local ?? '');
	};
	const {archive, signal} = request;
	await receive(host, facts, {title, stream, folder, archive, limits, toolbox, signal, onEntry});
}

function move({title, source, target, request}: ComingOut, work: Pinned, tree: Pinned): void {
	const local = request.local ?? '';
	const name = Buffer.from(target.name ?? basename(source.path));
	let conflict: Buffer | undefined;
	if (source.path === '' || source.ending === '/.') {
		if (target.name !== undefined) conflict = moveMerged(work, Buffer.from('tree'), target.folder, name);
		else for (const child of namesIn(tree)) conflict ??= moveMerged(tree, child, target.folder, child);
	} else {
		const own = Buffer.from(basename(source.path));
		const arrived = statBelow(tree, own);
		if (arrived === undefined)
			throw new TsboxError('E_ARCHIVE_INVALID', `${title} did not arrive`, {why: 'the container sent something else'});
		if (target.mustBeFolder && !arrived.isDirectory())
			throw new TsboxError('E_COPY_PATH', `the folder ${local} does not exist`, {
				hint: 'create it first, or omit the slash',
			});
		conflict = moveMerged(tree, own, target.folder, name);
	}
	if (conflict !== undefined) throw inTheWay(target.name === undefined ? `${local}/${conflict.toString()}` : local);
}

function inTheWay(path: string): TsboxError {
	return new TsboxError('E_COPY_PATH', `${path} is in the way`, {
		why: 'a folder cannot replace a file, nor a file a folder',
		hint: 'choose another name',
	});
}
