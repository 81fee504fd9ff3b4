import {once} from 'node:events';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';

/**
 * Holds a lock while `work` runs. A flock(1) process holds the lock, and ends when tsbox's end of its pipe closes. So
 * the lock is released however tsbox ends.
 *
 * @param signal - ends the wait for a lock that another process holds
 * @param waits - called if another process holds the lock; finding that out costs one more process
 * @throws TsboxError E_HOST_UNSUPPORTED without flock(1), E_SYSTEM if the lock cannot be taken, E_INTERRUPTED.
 */
export async function withLock<T>(
	host: Host,
	facts: HostFacts,
	path: string,
	work: () => Promise<T>,
	signal?: AbortSignal,
	waits?: () => void,
): Promise<T> {
	const {flock, sh} = facts.tools;
	if (flock === null || sh === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no flock', {hint: 'install util-linux'});
	const words = [flock.path, ...(flock.applet === null ? [] : [flock.applet])];
	if (waits !== undefined) {
		const {exitCode} = await host.start([...words, '-n', path, sh.path, '-c', ':'], {
			stdio: ['ignore', 'ignore', 'ignore'],
		}).ended;
		if (exitCode !== 0) waits();
	}
	const holder = host.start([...words, path, sh.path, '-c', 'echo locked; read -r _'], {
		stdio: ['pipe', 'pipe', 'ignore'],
	});
	const [input, output] = holder.pipes;
	const letGo = (): void => {
		if (input !== undefined && input !== null && 'end' in input) input.end();
	};
	const giveUp = (): void => {
		letGo();
		host.kill(holder.pid, 'SIGKILL');
	};
	signal?.addEventListener('abort', giveUp, {once: true});
	if (signal?.aborted === true) giveUp();
	const locked =
		output !== undefined && output !== null && 'read' in output
			? await Promise.race([once(output, 'data').then(() => true), holder.ended.then(() => false)])
			: false;
	signal?.removeEventListener('abort', giveUp);
	if (!locked) {
		if (signal?.aborted === true) throw new TsboxError('E_INTERRUPTED', 'interrupted', {cause: signal.reason});
		const {startError} = await holder.ended;
		throw (
			startError ?? new TsboxError('E_SYSTEM', `${path} cannot be locked`, {why: 'flock(1) ended without the lock'})
		);
	}
	try {
		return await work();
	} finally {
		letGo();
		await holder.ended;
	}
}
