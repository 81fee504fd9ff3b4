import type {Host} from '../host/host.ts';

/** This process as part of a file name: `<pid>-<start time>`; the start time tells a reused pid apart. */
export function ownerName(host: Host): string {
	return `${process.pid}-${startTime(host, process.pid) ?? '0'}`;
}

/** Whether the process that made a name with {@link ownerName} still runs; false for a name of any other form. */
export function ownerRuns(host: Host, name: string): boolean {
	const [, pid, started] = /^(\d+)-(\d+)(?:-|$)/.exec(name) ?? [];
	return pid !== undefined && started !== undefined && startTime(host, Number(pid)) === started;
}

/** Clock ticks after boot at which a process started: field 22 of proc_pid_stat(5). The name in field 2 may hold anything. */
function startTime(host: Host, pid: number): string | undefined {
	const stat = host.readText(`/proc/${pid}/stat`);
	return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
