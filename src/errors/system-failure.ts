import {isError} from './is-error.ts';
import type {ErrorCode} from './codes.ts';
import {isTsboxError, TsboxError} from './tsbox-error.ts';

/** The errnos that describe the machine's state; errno(3). Others, such as ENOENT, are bugs unless the caller handles them. */
const meanings: Readonly<Record<string, {readonly code: ErrorCode; readonly why: string; readonly hint: string}>> = {
	ENOSPC: {code: 'E_NO_SPACE', why: 'the disk is full (ENOSPC)', hint: 'free some space'},
	EDQUOT: {code: 'E_NO_SPACE', why: "the user's quota of the disk is used up (EDQUOT)", hint: 'free some space'},
	EROFS: {
		code: 'E_PERMISSION',
		why: 'the filesystem there is read-only (EROFS)',
		hint: 'remount it, or name another folder with --store or --state',
	},
	EACCES: {code: 'E_PERMISSION', why: 'permission is denied (EACCES)', hint: 'run it with sudo'},
	EPERM: {code: 'E_PERMISSION', why: 'the kernel does not permit it (EPERM)', hint: 'run it with sudo'},
	EMFILE: {code: 'E_SYSTEM', why: 'tsbox has too many open files (EMFILE)', hint: 'raise `ulimit -n`'},
	ENFILE: {code: 'E_SYSTEM', why: 'this machine has too many open files (ENFILE)', hint: 'see sysctl fs.file-max'},
	ENOMEM: {code: 'E_SYSTEM', why: 'the kernel is out of memory (ENOMEM)', hint: 'free some memory'},
	EAGAIN: {
		code: 'E_SYSTEM',
		why: 'the kernel has no resources for it now (EAGAIN)',
		hint: 'see `ulimit -u`, and try again',
	},
	ELOOP: {code: 'E_SYSTEM', why: 'symlinks form a loop (ELOOP)', hint: 'see them with `ls -l`'},
	EIO: {code: 'E_SYSTEM', why: 'I/O error on the device (EIO)', hint: 'see dmesg'},
};

/** EMFILE and ENOSPC have their own meanings in inotify(7). */
const noWatch: typeof meanings = {
	EMFILE: {
		code: 'E_SYSTEM',
		why: 'this user has too many inotify instances (EMFILE)',
		hint: 'raise it: `sysctl fs.inotify.max_user_instances`',
	},
	ENOSPC: {
		code: 'E_SYSTEM',
		why: 'this user has too many inotify watches (ENOSPC)',
		hint: 'raise it: `sysctl fs.inotify.max_user_watches`',
	},
};

/**
 * Turns a system error that describes the machine into a {@link TsboxError}: a full disk is not a bug. Other errors come back unchanged.
 *
 * @param error - with `code`, `syscall`, and `path`, as Node's own errors have them
 */
export function asForeseen(error: unknown): unknown {
	if (isTsboxError(error) || !isError(error)) return error;
	const {code = '', syscall, path} = error as NodeJS.ErrnoException;
	const meaning = syscall === 'watch' ? (noWatch[code] ?? meanings[code]) : meanings[code];
	if (meaning === undefined) return error;
	const {code: ours, why, hint} = meaning;
	const what = path === undefined ? 'the kernel refused what tsbox asked for' : `the kernel refused access to ${path}`;
	const output = syscall === undefined ? error.message : `${syscall}: ${code}`;
	return new TsboxError(ours, what, {output, why, hint, cause: error});
}
