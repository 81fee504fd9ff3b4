import {setTimeout as wait} from 'node:timers/promises';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {removeOwned} from '../../host/files/remove-owned.ts';
import {hostWords} from '../archive/jail.ts';
import {saysDiskFull} from '../archive/unpack-error.ts';

/** The errnos of rename(2) when the new name is a folder that is not empty. */
const taken: readonly (string | undefined)[] = ['ENOTEMPTY', 'EEXIST'];

/** Attempts of a removal, and the pause between them, ms: a killed tar may still finish its last system call. */
const attempts = 10;
const pause = 50;

/**
 * Syncs a finished work folder to disk and renames it to its place. If the name is taken, another process was faster and its image is
 * just as good. A folder of that name without its record is incomplete and is replaced.
 *
 * @param signal - aborts the wait for a slow disk
 * @param record - the file that is written last
 * @throws Error of the kernel; TsboxError E_NO_SPACE, E_STEP_FAILED, E_INTERRUPTED.
 */
export async function storeWork(
	host: Host,
	facts: HostFacts,
	work: string,
	target: string,
	signal?: AbortSignal,
	record = 'image.json',
): Promise<void> {
	await sync(host, facts, ['-f', work], signal);
	try {
		host.rename(work, target);
	} catch (error) {
		if (!taken.includes(errnoOf(error))) throw error;
		if (host.lstat(`${target}/${record}`) !== undefined) return;
		host.rename(target, `${work}/broken`);
		host.rename(work, target);
		await removeOwned(host, facts, `${target}/broken`);
	}
	await sync(host, facts, [target.slice(0, target.lastIndexOf('/'))], signal);
}

/** Removes a folder that a dying process may still write to. */
export async function removeStubborn(host: Host, facts: HostFacts, path: string): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		try {
			await removeOwned(host, facts, path);
			return;
		} catch (error) {
			const again = errnoOf(error) === 'ENOTEMPTY' || (isTsboxError(error) && /not empty/i.test(error.output ?? ''));
			if (!again || attempt === attempts) throw error;
		}
		await wait(pause);
	}
}

/** sync(1): with `-f` it calls syncfs(2) for a whole filesystem; without, fsync(2) for the entries of the folder. */
async function sync(host: Host, facts: HostFacts, args: readonly string[], signal?: AbortSignal): Promise<void> {
	await runWhole(host, [...hostWords(facts, 'sync'), ...args], 'the image could not be written to disk', signal);
}

/**
 * Runs a tool that must succeed.
 *
 * @throws Error ENOSPC when the tool reports a full disk; TsboxError E_STEP_FAILED, E_INTERRUPTED.
 */
export async function runWhole(
	host: Host,
	words: readonly string[],
	failure: string,
	signal: AbortSignal | undefined,
): Promise<void> {
	const isOver = (): boolean => signal?.aborted === true;
	const interrupted = (): TsboxError =>
		new TsboxError('E_INTERRUPTED', `${failure}: it was interrupted`, {cause: signal?.reason});
	if (isOver()) throw interrupted();
	const {exitCode, stderr, command} = await host.run(words, signal === undefined ? {} : {signal});
	if (exitCode === 0) return;
	if (isOver()) throw interrupted();
	if (saysDiskFull(stderr)) throw Object.assign(new Error(stderr.trim()), {code: 'ENOSPC'});
	throw new TsboxError('E_STEP_FAILED', failure, {command, output: stderr.trim()});
}
