import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {outsideId, type UserMap} from '../../host/id-map.ts';
import type {JailedProgram} from './jailed-program.ts';

/** What the C library calls ENOSPC and EDQUOT, and what GNU tar says when write(2) took only a part. */
const diskFull = /No space left on device|Disk quota exceeded|Wrote only \d+ of \d+ bytes/;

/** Whether a tool's messages tell that the disk is full. */
export function saysDiskFull(messages: string): boolean {
	return diskFull.test(messages);
}

/** The error for a store that has no room. */
export function noSpace(archive: string, store: string): TsboxError {
	return new TsboxError('E_NO_SPACE', `the disk is full: ${archive} does not fit into ${store}`, {
		hint: 'free some space, for example with `tsbox images prune`',
	});
}

/** The error for a tar that failed on entries it should have taken. */
export function tarFailed(archive: string, program: JailedProgram, map: UserMap | undefined): TsboxError {
	const outside = map === undefined ? null : outsideTheMap.exec(program.messages());
	return new TsboxError('E_STEP_FAILED', `the archive ${archive} could not be unpacked`, {
		step: `unpack ${archive}`,
		command: `${program.command} <${archive}`,
		output: program.messages(),
		...(outside === null || map === undefined ? {} : tooSmall(outside, map)),
	});
}

/** What tar says of an owner that the user namespace does not have: chown(2) ends with EINVAL. */
const outsideTheMap = /Cannot change ownership to uid (\d+), gid (\d+): Invalid argument/;

function tooSmall([, uid, gid]: RegExpExecArray, {uids, gids}: UserMap): {readonly why: string; readonly hint: string} {
	const has = (rows: UserMap['uids'], id: string | undefined): boolean => outsideId(rows, Number(id)) !== undefined;
	const [what, id, rows] = has(uids, uid) ? (['gid', gid, gids] as const) : (['uid', uid, uids] as const);
	const last = rows.reduce((most, {inside, count}) => Math.max(most, inside + count - 1), 0);
	return {
		why: `it has files of ${what} ${id ?? ''}, and the ids of a container end at ${last}`,
		hint: `ask for a larger range in /etc/sub${what}`,
	};
}

/** Gives the errors of the store's own files a code; all others stay as they are. */
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
		default:
			return error;
	}
}
