import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fsyncSync,
	ftruncateSync,
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
	rmdir,
	type Stats,
	statSync,
	unlinkSync,
	writeFile,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {dirname} from 'node:path';
import {isError} from '../../errors/is-error.ts';
import {errnoOf} from '../errno.ts';
import type {FileFacts, Host} from '../host.ts';
import {trace, traced} from '../trace.ts';
import {openLargeFile} from './large-file.ts';
import {removeTree, removeTreeGently} from './remove-tree.ts';
import {trustedText} from './trusted-text.ts';
import {uniqueWord} from './unique-word.ts';

/** Errnos of a missing file. ESRCH comes from a /proc/PID file whose process has ended. */
const absent: readonly string[] = ['ENOENT', 'ENOTDIR', 'ESRCH'];

/** Creating an error with a stack costs more than the call, and many paths that a start checks do not exist. */
const quiet = {throwIfNoEntry: false} as const;

/** O_NONBLOCK: opening a FIFO, which may have replaced a file, would otherwise wait for a writer. Node's types require a string. */
const readable = (constants.O_RDONLY | constants.O_NONBLOCK) as unknown as string;

type HostFiles = Omit<Host, 'run' | 'start' | 'kill' | 'now'>;

/** The file half of {@link Host}. Errors are Node's own, with `code` and `path`. */
export const hostFiles: HostFiles = {
	readText: path => orAbsent(() => readFileSync(path, {encoding: 'utf8', flag: readable}), path),
	readBytes: (path, offset, length) => orAbsent(() => readBytes(path, offset, length)),
	trustedText,
	openFile: openLargeFile,
	writeKernelFile: (path, value) =>
		traced(
			'cgroup',
			() => `write ${path} ${value}`,
			() => writeOnce(path, value, constants.O_WRONLY),
		),
	hintKernelFile: (path, value) => writeFile(path, value, {flag: constants.O_WRONLY as unknown as string}, () => {}),
	writeAtomic: (path, content, mode) => writeRenamed(path, content, true, mode),
	writeWhole: (path, content, mode) => writeRenamed(path, content, false, mode),
	overwrite,
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
			// Without node:fs/promises, which takes 2 ms to load.
			await new Promise<void>((resolve, reject) => {
				rmdir(path, error => (error === null ? resolve() : reject(error)));
			});
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
		// The error of write(2) has only a descriptor. The path shows which limit was refused.
		throw isError(error) ? Object.assign(error, {path, message: `${error.message} '${path}'`}) : error;
	} finally {
		closeSync(fd);
	}
}

function writeRenamed(path: string, content: string | Uint8Array, durable: boolean, mode = 0o600): void {
	// The pid in the name lets `gc` recognize leftovers of a kill.
	const temporary = `${path}.${process.pid}-${uniqueWord()}.tmp`;
	const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
	const fd = openSync(temporary, flags, mode);
	try {
		try {
			writeFileSync(fd, content);
			// open(2) applies the umask to the mode.
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

/** A process that has left its mount namespace while it exits has no list of mounts (EINVAL); fs/proc_namespace.c. */
const mountsOfProcess = /^\/proc\/\d+\/mount(?:info|s|stats)$/;

/**
 * Not Node's `recursive`, which takes every ENOENT for a missing parent and loops forever in procfs, where no folder can be
 * created (node_file.cc, MKDirpSync).
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
	const {size, mode, uid, gid, ino, dev, mtimeMs, ctimeMs, nlink: links} = stats;
	const device = deviceOf(stats);
	return {
		kind: kindOf(stats),
		size,
		mode,
		uid,
		gid,
		ino,
		dev,
		mtimeMs,
		ctimeMs,
		links,
		...(device === undefined ? {} : {device}),
	};
}

/** Unpacks the numbers of makedev(3). */
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

function overwrite(path: string, text: string): void {
	const bytes = Buffer.from(text);
	// O_NONBLOCK: whoever has a lease of the file, see fcntl(2), could otherwise keep us waiting.
	const fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	try {
		// A reader may see the end of the old text for a moment, never a part of a line.
		writeSync(fd, bytes, 0, bytes.length, 0);
		ftruncateSync(fd, bytes.length);
	} finally {
		closeSync(fd);
	}
}
