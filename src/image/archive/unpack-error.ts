import {archiveWords} from './archive-error.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {outsideId, type UserMap} from '../../host/id-map.ts';
import type {JailedProgram} from './jailed-program.ts';

/** The C library's messages for ENOSPC and EDQUOT, and GNU tar's message after a short write(2). */
const diskFull = /No space left on device|Disk quota exceeded|Wrote only \d+ of \d+ bytes/;

/** Whether a tool's messages report a full disk. */
export function saysDiskFull(messages: string): boolean {
	return diskFull.test(messages);
}

/** The error when the store's disk is full. */
export function noSpace(archive: string, store: string): TsboxError {
	return new TsboxError('E_NO_SPACE', `the disk is full: ${archive} does not fit into ${store}`, {
		hint: 'free some space, for example with `tsbox images prune`',
	});
}

/** The error when tar fails on valid entries. */
export function tarFailed(archive: string, program: JailedProgram, map: UserMap | undefined): TsboxError {
	const outside = map === undefined ? null : outsideTheMap.exec(program.messages());
	return new TsboxError('E_STEP_FAILED', `${archiveWords(archive)} could not be unpacked`, {
		step: `unpack ${archive}`,
		command: `${program.command} <${archive}`,
		output: program.messages(),
		...(outside === null || map === undefined ? {} : tooSmall(outside, map)),
	});
}

/** tar's message about an owner that the user namespace does not map: chown(2) fails with EINVAL. */
const outsideTheMap = /Cannot change ownership to uid (\d+), gid (\d+): Invalid argument/;

function tooSmall([, uid, gid]: RegExpExecArray, {uids, gids}: UserMap): {readonly why: string; readonly hint: string} {
	const has = (rows: UserMap['uids'], id: string | undefined): boolean => outsideId(rows, Number(id)) !== undefined;
	const [what, id, rows] = has(uids, uid) ? (['gid', gid, gids] as const) : (['uid', uid, uids] as const);
	const last = rows.reduce((most, {inside, count}) => Math.max(most, inside + count - 1), 0);
	return {
		why: `it has files of ${what} ${id ?? ''}, but the highest id of a container is ${last}`,
		hint: `add a larger range to /etc/sub${what}`,
	};
}

/** Turns errors about the store's own files into a {@link TsboxError}; other errors come back unchanged. */
export function storeError(error: unknown, archive: string, store: string): unknown {
	if (isTsboxError(error)) return error;
	switch (errnoOf(error)) {
		case 'ENOSPC':
		case 'EDQUOT':
			return noSpace(archive, store);
		case 'EACCES':
		case 'EPERM':
		case 'EROFS':
			return new TsboxError('E_PERMISSION', `the store ${store} cannot be written`, {
				cause: error,
				hint: 'run it with sudo',
			});
		case undefined:
		default:
			return error;
	}
}
