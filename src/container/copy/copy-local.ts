import type {Machine} from '../machine/machine.ts';
import {basename, dirname, resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {type Pinned, pin, unpin} from '../../host/files/pinned.ts';
import type {CopyPath} from '../../step/script/copy-script.ts';
import {allRecords} from '../machine/find-container.ts';

/** A copy between a container and the host. */
export interface CopyRequest {
	/** Path in the container, from its root. */
	readonly path: string;
	/** Path on the host, or null for a tar on stdin or stdout. */
	readonly local: string | null;
	/** Keep owners and all mode bits. */
	readonly archive: boolean;
	/** Follow the source if it is a symlink. */
	readonly follow: boolean;
	readonly cwd: string;
	readonly signal: AbortSignal;
}

/** A source on the host: `member` in a folder that is held open; `.` means the whole folder. */
export interface LocalSource {
	readonly folder: Pinned;
	readonly member: string;
	readonly kind: 'file' | 'folder' | 'contents';
	/** The last component of the path as it was written. */
	readonly name: string;
}

/** A target on the host. */
export interface LocalTarget {
	/** The folder that receives the new file, or a temporary one. */
	readonly folder: Pinned;
	/** The new name; undefined if the target is an existing folder, where the source keeps its name. */
	readonly name: string | undefined;
	/** The target does not exist, and its path ends with a slash. */
	readonly mustBeFolder: boolean;
	/** What exists at the target, symlinks followed; undefined for nothing. */
	readonly kind: 'file' | 'folder' | undefined;
}

/** Splits `/etc/` or `etc/.` into an absolute path and its ending. `..` is resolved as text. */
export function copyPath(text: string, cwd: string): CopyPath {
	const path = resolve(cwd, text);
	const ending = /(^|\/)\.\/*$/.test(text) ? '/.' : /\/$|(^|\/)\.\.$/.test(text) ? '/' : '';
	return {path: path === '/' ? '' : path, ending};
}

/**
 * Finds the source on the host and holds it open, so that it cannot be replaced during the copy.
 *
 * @throws TsboxError E_COPY_PATH, E_PERMISSION.
 */
export function localSource(machine: Machine, text: string, cwd: string, follow: boolean): LocalSource {
	const {host} = machine;
	const {path: written, ending} = copyPath(text, cwd);
	const path = written === '' ? '/' : written;
	const name = basename(path);
	const facts = reaching(text, () => host.lstat(path));
	if (facts === undefined) throw missing(text);
	const through = ending !== '' || follow;
	const target = through ? reaching(text, () => host.stat(path)) : facts;
	if (target === undefined) throw missing(text);
	if (ending !== '' && target.kind !== 'directory') throw noFolder(text);
	if (target.kind === 'directory') {
		const folder = held(machine, text, path, path);
		return {folder, member: '.', kind: ending === '/.' || name === '' ? 'contents' : 'folder', name};
	}
	const real = through ? (host.realpath(path) ?? path) : path;
	return {
		folder: held(machine, text, dirname(real), through ? path : dirname(path)),
		member: basename(real),
		kind: 'file',
		name,
	};
}

/**
 * Finds the target on the host and holds its folder open.
 *
 * @throws TsboxError E_COPY_PATH, E_PERMISSION.
 */
export function localTarget(machine: Machine, text: string, cwd: string): LocalTarget {
	const {host} = machine;
	const {path: written, ending} = copyPath(text, cwd);
	const path = written === '' ? '/' : written;
	const target = reaching(text, () => host.stat(path));
	const mustBeFolder = ending !== '' && target === undefined;
	if (target?.kind === 'directory')
		return {folder: held(machine, text, path, path), name: undefined, mustBeFolder, kind: 'folder'};
	if (target !== undefined && ending !== '') throw noFolder(text);
	const real = target === undefined ? path : (host.realpath(path) ?? path);
	const parent = dirname(real);
	if (reaching(text, () => host.stat(parent))?.kind !== 'directory')
		throw new TsboxError('E_COPY_PATH', `the parent folder of ${text} does not exist`, {
			hint: `create it: \`mkdir -p ${parent}\``,
		});
	return {
		folder: held(machine, text, parent, path),
		name: basename(real),
		mustBeFolder,
		kind: target === undefined ? undefined : 'file',
	};
}

/**
 * Holds a folder open. A container can create symlinks in its volumes at any time, so a path that enters a volume must not
 * lead out of it.
 *
 * @throws TsboxError E_COPY_PATH, E_PERMISSION.
 */
function held(machine: Machine, text: string, path: string, written: string): Pinned {
	const volume = volumeOn(machine, written);
	const folder = reaching(text, () => pin(path));
	if (volume === undefined || isWithin(folder.real, volume)) return folder;
	unpin(folder);
	throw new TsboxError('E_COPY_PATH', `${text} leads out of ${volume} by a symlink`, {
		why: 'a container can write there and may have created the symlink',
		hint: 'pass the real path without the symlink',
	});
}

/** The first folder on the path that a container can write to. */
function volumeOn(machine: Machine, path: string): string | undefined {
	const {host, dirs} = machine;
	const sources = allRecords(machine).flatMap(({config}) => config.mounts.map(({source}) => source));
	const volumes = [...sources, dirs.store].flatMap(source =>
		source.startsWith('/') && host.stat(source)?.kind === 'directory' ? (host.realpath(source) ?? []) : [],
	);
	for (let end = 1; end > 0; end = path.indexOf('/', end + 1)) {
		const next = path.indexOf('/', end + 1);
		const real = host.realpath(next === -1 ? path : path.slice(0, next));
		if (real === undefined) return undefined;
		const entered = volumes.find(volume => isWithin(real, volume));
		if (entered !== undefined) return entered;
		if (next === -1) return undefined;
	}
	return undefined;
}

function isWithin(path: string, folder: string): boolean {
	return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

function reaching<T>(text: string, reach: () => T): T {
	try {
		return reach();
	} catch (cause) {
		const errno = errnoOf(cause);
		if (errno === 'EACCES')
			throw new TsboxError('E_PERMISSION', `cannot access ${text}`, {cause, hint: 'run it with sudo'});
		if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP') throw missing(text, cause);
		throw cause;
	}
}

function missing(text: string, cause?: unknown): TsboxError {
	return new TsboxError('E_COPY_PATH', `${text} does not exist`, {cause, hint: 'list the folder with ls'});
}

function noFolder(text: string): TsboxError {
	return new TsboxError('E_COPY_PATH', `${text} is not a folder`, {hint: 'omit the slash at the end'});
}
