import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {waitUntil} from '../host/watch/watch.ts';
import {type Freezer, isFrozen, isToFreeze} from '../state/freezer.ts';

/** The deadline for freezing or thawing all processes, ms. A process in the middle of disk I/O freezes only after it. */
const withinMs = 10_000;

function setFrozen(host: Host, {version, path}: Freezer, frozen: boolean): void {
	if (version === 2) host.writeKernelFile(`${path}/cgroup.freeze`, frozen ? '1' : '0');
	else host.writeKernelFile(`${path}/freezer.state`, frozen ? 'FROZEN' : 'THAWED');
}

function reached(host: Host, freezer: Freezer, frozen: boolean): Promise<boolean> {
	const {version, path} = freezer;
	const holds = (): boolean => {
		if (isFrozen(host, freezer) === frozen) return true;
		// The v1 freezer counts frozen processes only when its file is read or written, and sends no notification. Writing again
		// also freezes processes that were forked in the meantime.
		if (version === 1) setFrozen(host, freezer, frozen);
		return false;
	};
	return waitUntil(holds, {
		watched: version === 2 ? [{path: `${path}/cgroup.events`}] : [],
		recheckMs: version === 2 ? 250 : 2,
		pollMs: 2,
		withinMs,
	});
}

/**
 * Freezes all processes of a cgroup and waits until the kernel reports that they are frozen. Otherwise it thaws them again.
 *
 * @throws TsboxError E_STEP_FAILED; the system's ENOENT or ENODEV when the cgroup is gone.
 */
export async function freeze(host: Host, freezer: Freezer): Promise<void> {
	setFrozen(host, freezer, true);
	if (await reached(host, freezer, true)) return;
	setFrozen(host, freezer, false);
	throw new TsboxError('E_STEP_FAILED', `the processes of ${freezer.path} could not be frozen`, {
		why: `one of them did not freeze within ${withinMs / 1000} s, so all were thawed again`,
		hint: 'see what they wait for in /proc/PID/stack, then try again',
	});
}

/** Thaws the processes of a cgroup without waiting. A cgroup that is gone is fine. */
export function thaw(host: Host, freezers: readonly Freezer[]): void {
	for (const freezer of freezers) {
		// A write to the v1 freezer takes 5 to 15 ms, even one that changes nothing.
		if (!isToFreeze(host, freezer)) continue;
		try {
			setFrozen(host, freezer, false);
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENODEV') throw error;
		}
	}
}

/**
 * Waits until the kernel reports that the processes of a cgroup run again.
 *
 * @throws TsboxError E_STEP_FAILED.
 */
export async function thawed(host: Host, freezer: Freezer): Promise<void> {
	if (await reached(host, freezer, false)) return;
	throw new TsboxError('E_STEP_FAILED', `the processes of ${freezer.path} are still frozen`, {
		why: 'a cgroup above it is frozen too',
		hint: 'thaw that one',
	});
}
