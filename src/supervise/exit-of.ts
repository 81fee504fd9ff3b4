import {watch} from 'node:fs';
import type {Host} from '../host/host.ts';
import {isRunning} from '../host/process.ts';
import type {ContainerRecord} from '../state/record.ts';

/** How often a process that is not our child is looked at where nothing tells of its end, ms. */
const lookEvery = 5000;
/** How long the shell that waits for it may take to write down how it ended, ms. */
const writtenWithin = 500;

/**
 * How a container ends that somebody else started: the shell that is its parent writes that down (run/attach-detached.ts),
 * and inotify(7) tells when. 137 when nobody could.
 */
export function exitOf(host: Host, record: ContainerRecord, conf: string): Promise<number> {
	return new Promise(resolve => {
		let gone: number | undefined;
		const look = (): void => {
			const code = host.readText(`${conf}/exit`)?.trim() ?? '';
			if (/^\d+$/.test(code)) {
				end(fromShell(Number(code)));
				return;
			}
			if (record.process !== null && isRunning(host, record.process)) return;
			gone ??= host.now();
			if (host.now() - gone > writtenWithin) end(137);
			else setTimeout(look, 100).unref();
		};
		const watcher = watch(conf, look);
		const timer = setInterval(look, lookEvery);
		timer.unref();
		const end = (code: number): void => {
			watcher.close();
			clearInterval(timer);
			resolve(code);
		};
		watcher.on('error', () => {});
		look();
	});
}

/**
 * unshare(1) up to 2.42 can't end by SIGKILL as its child did: it says so on a pipe, of which nobody reads the other end any
 * more, and ends by SIGPIPE.
 */
function fromShell(code: number): number {
	return code === 141 ? 137 : code;
}
