import {setTimeout as delay} from 'node:timers/promises';
import {fromShell, writtenExit, writtenWithin} from '../../container/machine/written-exit.ts';
import type {Host} from '../../host/host.ts';
import {isRunning} from '../../host/programs/process.ts';
import {waitUntil} from '../../host/watch/watch.ts';
import {watchPath} from '../../host/watch/watch-path.ts';
import type {ContainerRecord} from '../../state/record.ts';

/** How often to poll a process that is not our child, as its end may leave no inotify event, ms. */
const lookEvery = 5000;
/** How often to poll when no inotify watch is available, ms. */
const pollMs = 500;

/**
 * Waits for the exit status that the container's parent shell writes (execute/attach-detached.ts), with inotify(7). Gives 137
 * if the container is gone without a written status.
 *
 * @param isOurs - this process is the shell's parent, so the kernel reports the shell's end
 */
export function exitOf(host: Host, record: ContainerRecord, conf: string, isOurs: boolean): Promise<number> {
	return new Promise(resolve => {
		let gone: number | undefined;
		const look = (): void => {
			const code = writtenExit(host, conf);
			if (code !== undefined) {
				end(isOurs ? code : fromShell(code));
				return;
			}
			if (record.process !== null && isRunning(host, record.process)) return;
			gone ??= performance.now();
			if (performance.now() - gone > writtenWithin) end(137);
			else setTimeout(look, 100).unref();
		};
		const watcher = watchPath(conf, look, pollMs);
		const timer = isOurs ? undefined : setInterval(look, lookEvery).unref();
		const end = (code: number): void => {
			watcher.close();
			clearInterval(timer);
			resolve(code);
		};
		look();
	});
}

/**
 * The exit status of a container that this process started: that of its shell, or the one that the shell wrote, if other
 * processes hold the output open. unshare(1) gives 1 for SIGKILL too, so for a written 1 the shell's own status is preferred.
 */
export function endOfOwn(shell: Promise<number>, written: Promise<number>): Promise<number> {
	const patient = written.then(code => (code === 1 ? Promise.race([shell, delay(writtenWithin, code)]) : code));
	return Promise.race([shell, patient]);
}

/** Waits until all output of a container is in its files; at most `withinMs`, as a killed shell never says so. */
export async function drained(host: Host, conf: string, withinMs = 2000): Promise<void> {
	await waitUntil(() => host.lstat(`${conf}/drained`) !== undefined, {
		watched: [{path: conf, entry: 'drained'}],
		recheckMs: withinMs,
		pollMs: 20,
		withinMs,
	});
}
