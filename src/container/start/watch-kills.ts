import type {Machine} from '../machine/machine.ts';
import type {EventSink} from '../../execute/event.ts';
import type {ProcessIdentity} from '../../host/programs/process.ts';
import {type MemoryTold, type MemoryWatch, watchMemory} from '../../kernel/watch-memory.ts';
import type {ContainerRecord} from '../../state/record.ts';

/** Watches for processes of a container that the kernel kills for its memory limit, and tells them as events. */
export function watchKills(
	{host}: Machine,
	{name, cgroups}: Pick<ContainerRecord, 'name' | 'cgroups'>,
	first: ProcessIdentity,
	told: MemoryTold,
	emit: EventSink,
): MemoryWatch {
	return watchMemory(
		host,
		cgroups,
		first,
		({count: {limit, peak}, ...kill}) => emit({type: 'container.oom', at: host.now(), name, limit, peak, ...kill}),
		told,
	);
}
