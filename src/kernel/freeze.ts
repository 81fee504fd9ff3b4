import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {waitUntil} from '../host/watch/watch.ts';
import {type Freezer, isFrozen} from '../state/freezer.ts';

/** How long the kernel may take to hold or let go all processes, ms; one in the middle of disk io is held after it. */
const withinMs = 10_000;

function tell(host: Host, {version, path}: Freezer, frozen: boolean): void {
	if (version === 2) host.writeKernelFile(`${path}/cgroup.freeze`, frozen ? '1' : '0');
	else host.writeKernelFile(`${path}/freezer.state`, frozen ? 'FROZEN' : 'THAWED');
}

function reached(host: Host, freezer: Freezer, frozen: boolean): Promise<boolean> {
	const {version, path} = freezer;
	const holds = (): boolean => {
		if (isFrozen(host, freezer) === frozen) return true;
		// v1 counts the held processes when it is written or read, and reports nothing; those forked meanwhile are
		// caught by the next write.
		if (version === 1) tell(host, freezer, frozen);
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
 * Holds all processes of a cgroup and waits until the kernel says that they are. When it does not, they are let go.
 *
 * @throws TsboxError E_STEP_FAILED; the system's ENOENT or ENODEV when the cgroup is gone.
 */
export async function freeze(host: Host, freezer: Freezer): Promise<void> {
	tell(host, freezer, true);
	if (await reached(host, freezer, true)) return;
	tell(host, freezer, false);
	throw new TsboxError('E_STEP_FAILED', `the processes of ${freezer.path} could not be held`, {
		why: `one of them did not stop within ${withinMs / 1000} s, so all were let go again`,
		hint: 'see what they wait for in /proc/PID/stack, then try again',
	});
}

/** Lets the processes of a cgroup go, and waits for nothing; a cgroup that is gone is fine. */
export function thaw(host: Host, freezers: readonly Freezer[]): void {
	for (const freezer of freezers) {
		try {
			tell(host, freezer, false);
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENODEV') throw error;
		}
	}
}

/**
 * Waits until the kernel says that the processes of a cgroup go on.
 *
 * @throws TsboxError E_STEP_FAILED.
 */
export async function thawed(host: Host, freezer: Freezer): Promise<void> {
	if (await reached(host, freezer, false)) return;
	throw new TsboxError('E_STEP_FAILED', `the processes of ${freezer.path} are still held`, {
		why: 'a cgroup above it is frozen too',
		hint: 'thaw that one',
	});
}
