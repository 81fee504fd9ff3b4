import {setTimeout as delay} from 'node:timers/promises';
import {fromShell, writtenExit, writtenWithin} from '../../container/machine/written-exit.ts';
import type {Host} from '../../host/host.ts';
import {isRunning} from '../../host/programs/process.ts';
import {waitUntil} from '../../host/watch/watch.ts';
import {watchPath} from '../../host/watch/watch-path.ts';
import type {ContainerRecord} from '../../state/record.ts';

/** How often a process that is not our child is looked at where nothing tells of its end, ms. */
const lookEvery = 5000;
/** The same where the kernel has no watch left, ms. */
const pollMs = 500;

/**
 * How a container ends that somebody else started: the shell that is its parent writes that down (execute/attach-detached.ts),
 * and inotify(7) tells when. 137 when nobody could.
 *
 * @param isOurs - whoever asks is the parent of that shell, and hears of its end from the kernel
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
 * How a container ends that this process started: by what its shell ends with, or by what that wrote down before, where
 * others hold its output open. What is written is 1 for SIGKILL too, as unshare(1) has it: only the shell's end tells these apart.
 */
export function endOfOwn(shell: Promise<number>, written: Promise<number>): Promise<number> {
	const patient = written.then(code => (code === 1 ? Promise.race([shell, delay(writtenWithin, code)]) : code));
	return Promise.race([shell, patient]);
}

/** Waits until all that a container printed is in its files; how long that may take at most, ms, where its shell was killed. */
export async function drained(host: Host, conf: string, withinMs = 2000): Promise<void> {
	await waitUntil(() => host.lstat(`${conf}/drained`) !== undefined, {
		watched: [{path: conf, entry: 'drained'}],
		recheckMs: withinMs,
		pollMs: 20,
		withinMs,
	});
}
