import {setTimeout as wait} from 'node:timers/promises';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {removeOwned} from '../../host/files/remove-owned.ts';
import {hostWords} from '../archive/jail.ts';
import {saysDiskFull} from '../archive/unpack-error.ts';

/** What rename(2) says when the new name is a folder with something in it. */
const taken: readonly (string | undefined)[] = ['ENOTEMPTY', 'EEXIST'];

/** Times that a removal is tried, and the pause between, in ms: a killed tar may still finish its last call. */
const attempts = 10;
const pause = 50;

/**
 * Brings a whole work folder to disk and renames it; a name that is taken already means that another process was
 * faster, and its image is as good. A folder of that name without an image.json is no image and makes way.
 *
 * @param signal - a disk may take long: its abort ends the wait
 * @throws Error of the kernel; TsboxError E_NO_SPACE, E_STEP_FAILED, E_INTERRUPTED.
 */
export async function storeWork(
	host: Host,
	facts: HostFacts,
	work: string,
	target: string,
	signal?: AbortSignal,
): Promise<void> {
	await sync(host, facts, ['-f', work], signal);
	try {
		host.rename(work, target);
	} catch (error) {
		if (!taken.includes(errnoOf(error))) throw error;
		if (host.lstat(`${target}/image.json`) !== undefined) return;
		host.rename(target, `${work}/broken`);
		host.rename(work, target);
		await removeOwned(host, facts, `${target}/broken`);
	}
	await sync(host, facts, [target.slice(0, target.lastIndexOf('/'))], signal);
}

/** Removes a folder that a dying process may still add to. */
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

/** sync(1): with `-f` one syncfs(2) for all files of a filesystem, without a fsync(2) of the folder's own entries. */
async function sync(host: Host, facts: HostFacts, args: readonly string[], signal?: AbortSignal): Promise<void> {
	await runWhole(host, [...hostWords(facts, 'sync'), ...args], 'the image could not be brought to disk', signal);
}

/**
 * Runs a tool that must do its work.
 *
 * @throws Error ENOSPC where it says that the disk is full; TsboxError E_STEP_FAILED, E_INTERRUPTED.
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
