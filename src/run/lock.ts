import {once} from 'node:events';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';

/**
 * Holds a lock while `work` runs. flock(1) has it, in a process that ends when our end of its pipe closes: the lock dies
 * with its holder, however that ends.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED without flock(1), E_SYSTEM when the lock can't be had.
 */
export async function withLock<T>(host: Host, facts: HostFacts, path: string, work: () => Promise<T>): Promise<T> {
	const {flock, sh} = facts.tools;
	if (flock === null || sh === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no flock', {hint: 'install util-linux'});
	const applet = flock.applet === null ? [] : [flock.applet];
	const holder = host.start([flock.path, ...applet, path, sh.path, '-c', 'echo locked; read -r _'], {
		stdio: ['pipe', 'pipe', 'ignore'],
	});
	const [input, output] = holder.pipes;
	const locked =
		output !== undefined && output !== null && 'read' in output
			? await Promise.race([once(output, 'data').then(() => true), holder.ended.then(() => false)])
			: false;
	if (!locked) {
		const {startError} = await holder.ended;
		throw startError ?? new TsboxError('E_SYSTEM', `${path} can't be locked`, {why: 'flock(1) ended without the lock'});
	}
	try {
		return await work();
	} finally {
		if (input !== undefined && input !== null && 'end' in input) input.end();
		await holder.ended;
	}
}
