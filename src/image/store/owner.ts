import type {Host} from '../../host/host.ts';
import {identify, isRunning} from '../../host/programs/process.ts';

/** This process as part of a file name: `<pid>-<start time>`. The start time distinguishes a reused pid. */
export function ownerName(host: Host): string {
	return `${process.pid}-${identify(host, process.pid)?.startTime ?? '0'}`;
}

/** Whether the process that made a name with {@link ownerName} still runs; false for any other name. */
export function ownerRuns(host: Host, name: string): boolean {
	const [, pid, started] = /^(\d+)-(\d+)(?:-|$)/.exec(name) ?? [];
	return pid !== undefined && started !== undefined && isRunning(host, {pid: Number(pid), startTime: started});
}
