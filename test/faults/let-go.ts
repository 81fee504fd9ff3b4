import {readFileSync} from 'node:fs';

function isThere(pid: number): boolean {
	try {
		// A zombie whose parent is init waits only for that.
		return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
	} catch {
		return false;
	}
}

/**
 * Lets programs go on that a fault had stopped, as a tool does whose disk answers at last: late, when nobody waits for it
 * any more. Settles when they have ended, at the latest after 5 s.
 */
export async function letGo(pids: readonly number[]): Promise<void> {
	for (const pid of pids) {
		try {
			process.kill(-pid, 'SIGCONT');
		} catch {
			// Killed, as it should be.
		}
	}
	for (const until = Date.now() + 5000; pids.some(isThere) && Date.now() < until; )
		await new Promise(resolve => setTimeout(resolve, 10));
}
