import {namespaceFiles} from '../../host/probe/namespaces.ts';
import {readSnapshot, type Snapshot} from '../../kernel/snapshot.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import type {Goal, Observed} from './lesson.ts';
import {ancestors, pidsOf, unreadable} from './processes.ts';

/* Goals about a container that runs beside the shell. */

/** The pid of a process in the pid namespace of the room; undefined when it has ended. */
export function pidInRoom({room, host}: Observed, pid: number): number | undefined {
	return pidsOf(host, pid)[room.nspid.length - 1];
}

/** Process 1 of a pid namespace inside the room, by its pid outside; the newest one, unless it is the shell itself. */
export function containerOf({room, shell, processes, host}: Observed): number | undefined {
	return processes.findLast(pid => {
		const pids = pidsOf(host, pid);
		return pids.length > room.nspid.length && pids.at(-1) === 1 && pid !== shell?.pid;
	});
}

/** A container runs beside the shell. */
export const hasContainer: Goal = seen => containerOf(seen) !== undefined || 'no container runs';

/** No container runs beside the shell. */
export const hasNoContainer: Goal = seen => containerOf(seen) === undefined || 'the container still runs';

/** The shell joined the namespaces and the root of a container that was started before. */
export const entered: Goal = seen => {
	const {shell, host} = seen;
	const pid = containerOf(seen);
	if (pid === undefined) return 'no container runs';
	if (shell === undefined) return 'no shell is in the foreground';
	const link = (of: number, file: string): string | undefined =>
		unreadable(() => host.readlink(`/proc/${of}/ns/${file}`));
	const other = (['pid', 'mount', 'uts'] as const).filter(
		kind => link(pid, namespaceFiles[kind]) !== link(shell.pid, namespaceFiles[kind]),
	);
	if (other.length > 0) return `the shell is not in the ${other.join(', ')} namespace of the container`;
	if (ancestors(host, shell.pid, seen.room.pid).includes(pid))
		return 'this shell was started inside: enter from the room';
	const root = unreadable(() => host.stat(`/proc/${pid}/root`));
	return (
		(root?.ino === shell.root.inode && root.dev === shell.root.device) ||
		"the shell's root is not that of the container"
	);
};

/** The container has namespaces of these kinds that are not the room's. */
export function containerOwns(...kinds: readonly NamespaceKind[]): Goal {
	return ofContainer(({namespaces}, {room}) => {
		const shared = kinds.filter(kind => namespaces[kind] === room.namespaces[kind]);
		return shared.length === 0 || `the container shares the ${shared.join(', ')} namespace of the room`;
	});
}

/** The container sees a network interface of this name, with an address when one is named. */
export function containerHasInterface(name: string, address = ''): Goal {
	return ofContainer(container => interfaceProblem(container, 'the container', name, address) ?? true);
}

/** The room sees a network interface of this name, with an address when one is named. */
export function roomHasInterface(name: string, address = ''): Goal {
	return ({room}) => interfaceProblem(room, 'the room', name, address) ?? true;
}

/** The room sees no network interface of this name. */
export function roomHasNoInterface(name: string): Goal {
	return ({room}) => !room.interfaces.some(each => each.name === name) || `the room still has ${name}`;
}

function ofContainer(look: (container: Snapshot, seen: Observed) => true | string): Goal {
	return seen => {
		const pid = containerOf(seen);
		const container = pid === undefined ? undefined : readSnapshot(seen.host, pid);
		return container === undefined ? 'no container runs' : look(container, seen);
	};
}

function interfaceProblem({interfaces}: Snapshot, who: string, name: string, address: string): string | undefined {
	const found = interfaces.find(each => each.name === name);
	if (found === undefined) return `${who} has no interface ${name}`;
	return address === '' || found.addresses.includes(address)
		? undefined
		: `${name} does not have the address ${address}`;
}
