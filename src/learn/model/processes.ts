import {errnoOf} from '../../host/errno.ts';
import {kernelText} from '../../host/files/kernel-text.ts';
import type {Host} from '../../host/host.ts';
import {statusFields} from '../../host/probe/process-status.ts';

/** The processes above one, up to the room's first. */
export function ancestors(host: Host, pid: number, last: number): readonly number[] {
	const found: number[] = [];
	for (let at = pid; at > 1 && at !== last && found.length < 64; ) {
		at = Number(statusFields(kernelText(host, `/proc/${at}/status`) ?? '')['PPid'] ?? 0);
		if (at > 1 && at !== last) found.push(at);
	}
	return found;
}

/** The result of a call; undefined where the system refuses it. */
export function unreadable<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}

/** The pid of a process in each pid namespace, outermost first; empty when it has ended. */
export function pidsOf(host: Host, pid: number): readonly number[] {
	const status = statusFields(kernelText(host, `/proc/${pid}/status`) ?? '');
	if (status['State'] === undefined || /^[ZX]/.test(status['State'])) return [];
	return (status['NSpid'] ?? '').split(/\s+/).map(Number);
}
