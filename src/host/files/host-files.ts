import {randomBytes} from 'node:crypto';
import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fsyncSync,
	lchownSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	readSync,
	realpathSync,
	renameSync,
	type Stats,
	statSync,
	unlinkSync,
	writeFile,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {rmdir} from 'node:fs/promises';
import {dirname} from 'node:path';
import {isError} from '../../errors/is-error.ts';
import {errnoOf} from '../errno.ts';
import type {FileFacts, Host} from '../host.ts';
import {trace, traced} from '../trace.ts';
import {removeTree, removeTreeGently} from './remove-tree.ts';

/** What the kernel says when nothing is there; ESRCH is a /proc/PID file whose process has ended. */
const absent: readonly string[] = ['ENOENT', 'ENOTDIR', 'ESRCH'];

/** An error with its stack costs more than the call, and most of what is looked for at a start may be absent. */
const quiet = {throwIfNoEntry: false} as const;

/** Who opens a FIFO to read would wait for one that writes; it may have been put in the place of a file. Node's types want words. */
const readable = (constants.O_RDONLY | constants.O_NONBLOCK) as unknown as string;

type HostFiles = Omit<Host, 'run' | 'start' | 'kill' | 'now'>;

/** The file half of {@link Host}; errors are Node's own, with `code` and `path`. */
export const hostFiles: HostFiles = {
	readText: path => orAbsent(() => readFileSync(path, {encoding: 'utf8', flag: readable}), path),
	readBytes: (path, offset, length) => orAbsent(() => readBytes(path, offset, length)),
	writeKernelFile: (path, value) =>
		traced(
			'cgroup',
			() => `write ${path} ${value}`,
			() => writeOnce(path, value, constants.O_WRONLY),
		),
	hintKernelFile: (path, value) => writeFile(path, value, {flag: constants.O_WRONLY as unknown as string}, () => {}),
	writeAtomic: (path, content, mode) => writeRenamed(path, content, true, mode),
	writeWhole: (path, content, mode) => writeRenamed(path, content, false, mode),
	append: (path, text) =>
		writeOnce(path, text, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW),
	chmod: (path, mode) => chmodSync(path, mode),
	chown: (path, uid, gid) => lchownSync(path, uid, gid),
	lstat: path => orAbsent(() => fileFacts(lstatSync(path, quiet))),
	stat: path => orAbsent(() => fileFacts(statSync(path, quiet))),
	realpath: path => orAbsent(() => realpathSync(path)),
	readlink: path => orAbsent(() => readlinkSync(path)),
	list: path => orAbsent(() => readdirSync(path).sort()) ?? [],
	mkdir,
	mkdirs,
	rmdir: async path => {
		try {
			await rmdir(path);
			trace('cgroup', () => `rmdir ${path}`);
			return true;
		} catch (error) {
			trace('cgroup', () => `rmdir ${path}: ${errnoOf(error)}`);
			if (absent.includes(errnoOf(error) ?? '')) return false;
			throw error;
		}
	},
	removeTree,
	removeTreeGently,
	rename: (from, to) => renameSync(from, to),
};

function readBytes(path: string, offset: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	const fd = openSync(path, readable);
	try {
		return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
	} finally {
		closeSync(fd);
	}
}

function writeOnce(path: string, text: string, flags: number): void {
	const bytes = Buffer.from(text);
	const fd = openSync(path, flags, 0o600);
	try {
		const written = writeSync(fd, bytes);
		if (written !== bytes.length) throw Object.assign(new Error('EIO: short write, write'), {code: 'EIO'});
	} catch (error) {
		// write(2) knows only the descriptor: without the path nobody could tell which limit was refused.
		throw isError(error) ? Object.assign(error, {path, message: `${error.message} '${path}'`}) : error;
	} finally {
		closeSync(fd);
	}
}

function writeRenamed(path: string, content: string | Uint8Array, durable: boolean, mode = 0o600): void {
	// Told by the process that makes it, `gc` knows what a kill has left.
	const temporary = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
	const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
	const fd = openSync(temporary, flags, mode);
	try {
		try {
			writeFileSync(fd, content);
			// The mode given to open(2) is cut by the umask.
			fchmodSync(fd, mode);
			if (durable) fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		renameSync(temporary, path);
	} catch (error) {
		unlinkSync(temporary);
		throw error;
	}
}

function mkdir(path: string, mode: number): boolean {
	try {
		mkdirSync(path, mode);
		return true;
	} catch (error) {
		if (errnoOf(error) === 'EEXIST') return false;
		throw error;
	}
}

/** A process that has let go of its mount namespace and is not gone yet has no list of mounts; fs/proc_namespace.c. */
const mountsOfProcess = /^\/proc\/\d+\/mount(?:info|s|stats)$/;

/**
 * Not by Node's own `recursive`: it takes each ENOENT for a folder above that is not there, and goes round for ever in procfs,
 * where nobody can make a folder (node_file.cc, MKDirpSync).
 */
function mkdirs(path: string, mode: number): void {
	try {
		mkdirSync(path, mode);
	} catch (error) {
		const isFolder = (at: string): boolean => statSync(at, quiet)?.isDirectory() === true;
		const errno = errnoOf(error);
		if (errno === 'EEXIST' && isFolder(path)) return;
		if (errno !== 'ENOENT' || isFolder(dirname(path))) throw error;
		mkdirs(dirname(path), mode);
		mkdir(path, mode);
	}
}

function orAbsent<T>(read: () => T, path = ''): T | undefined {
	try {
		return read();
	} catch (error) {
		const errno = errnoOf(error) ?? '';
		if (absent.includes(errno) || (errno === 'EINVAL' && mountsOfProcess.test(path))) return undefined;
		throw error;
	}
}

function fileFacts(stats: Stats | undefined): FileFacts | undefined {
	if (stats === undefined) return undefined;
	const {size, mode, uid, ino, dev, mtimeMs, ctimeMs} = stats;
	const device = deviceOf(stats);
	return {
		kind: kindOf(stats),
		size,
		mode,
		uid,
		ino,
		dev,
		mtimeMs,
		ctimeMs,
		...(device === undefined ? {} : {device}),
	};
}

/** The numbers as makedev(3) packs them. */
function deviceOf(stats: Stats): FileFacts['device'] {
	const type = stats.isCharacterDevice() ? 'c' : stats.isBlockDevice() ? 'b' : undefined;
	if (type === undefined) return undefined;
	const {rdev} = stats;
	return {type, major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00)};
}

function kindOf(stats: Stats): FileFacts['kind'] {
	if (stats.isFile()) return 'file';
	if (stats.isDirectory()) return 'directory';
	return stats.isSymbolicLink() ? 'symlink' : 'other';
}
