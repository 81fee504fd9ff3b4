import type {MachineFolders} from '../container/machine/machine.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {cgroupPids} from '../kernel/processes.ts';
import {cpuTime, readUsage} from '../kernel/usage.ts';
import {findRecord} from './find-record.ts';

/**
 * The use of a container as `events` prints it, with the members of runc's event of the type `stats` that the kernel counts here.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE for a container that does not run.
 */
export function statsEvent({host}: MachineFolders, root: string, id: string): unknown {
	const {record, status} = findRecord({host}, root, id);
	if (status === 'stopped')
		throw new TsboxError('E_STATE', `container with id ${id} is not running`, {hint: 'start it'});
	const {memory, pids, block} = readUsage(host, record.cgroups);
	return {
		type: 'stats',
		id,
		data: {
			cpu: {usage: {total: cpuTime(host, record.cgroups) ?? 0}},
			memory: {usage: {usage: memory?.used ?? 0, limit: memory?.limit ?? 0}},
			pids: {current: pids?.current ?? cgroupPids(host, record.cgroups)?.length ?? 0, limit: pids?.limit ?? 0},
			blkio: {
				ioServiceBytesRecursive:
					block === null
						? []
						: [
								{major: 0, minor: 0, op: 'Read', value: block.in},
								{major: 0, minor: 0, op: 'Write', value: block.out},
							],
			},
		},
	};
}
