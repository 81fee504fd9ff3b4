import type {Host} from '../host/host.ts';
import {readSnapshot} from '../kernel/snapshot.ts';
import type {Observed} from './model/lesson.ts';
import type {Room} from './room/room.ts';

/** What the kernel shows of a room now; undefined when the room is gone. */
export function observe(
	host: Host,
	{pid, foreground, processes}: Pick<Room, 'pid' | 'foreground' | 'processes'>,
): Omit<Observed, 'output'> | undefined {
	const room = readSnapshot(host, pid);
	if (room === undefined) return undefined;
	const front = foreground();
	return {
		room,
		shell: front === undefined ? undefined : readSnapshot(host, front),
		processes: processes(),
		host,
	};
}
