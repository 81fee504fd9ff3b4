import {problemOf, processView} from '../../execute/check.ts';
import {kernelText} from '../../host/files/kernel-text.ts';
import {errnoOf} from '../../host/errno.ts';
import {namespaceFiles} from '../../host/probe/namespaces.ts';
import {statusFields} from '../../host/probe/process-status.ts';
import type {Snapshot} from '../../kernel/snapshot.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import type {Goal, Observed} from './lesson.ts';
import {labFolder as lab} from '../room/room-script.ts';

/** All goals; what is missing is that of the first that is not reached. */
export function all(...goals: readonly Goal[]): Goal {
	return seen => {
		for (const goal of goals) {
			const result = goal(seen);
			if (result !== true) return result;
		}
		return true;
	};
}

/** A goal about the shell in the foreground. */
function ofShell(look: (shell: Snapshot, seen: Observed) => true | string): Goal {
	return seen => (seen.shell === undefined ? 'no shell is in the foreground' : look(seen.shell, seen));
}

const sameRoot = (a: Snapshot, b: Snapshot): boolean =>
	a.root.inode === b.root.inode && a.root.device === b.root.device;

/** The shell's root is not the room's. */
export const rootIsOwn: Goal = ofShell(
	(shell, {room}) => !sameRoot(shell, room) || "the shell's root is still the root of the room",
);

/** The shell's root is the room's. */
const rootIsRooms: Goal = ofShell((shell, {room}) => sameRoot(shell, room) || 'the shell still has a root of its own');

/** The shell's root is the room's although a process above it has another: it walked out. */
export const escaped: Goal = all(
	rootIsRooms,
	ofShell(({pid}, {room, host}) => {
		const root = (of: number): string => {
			const facts = host.stat(`/proc/${of}/root`);
			return `${facts?.dev}:${facts?.ino}`;
		};
		const own = root(room.pid);
		return (
			ancestors(host, pid, room.pid).some(above => (unreadable(() => root(above)) ?? own) !== own) ||
			'this shell did not come out of another root: start in the container'
		);
	}),
);

/** The processes above one, up to the room's first. */
function ancestors(host: Observed['host'], pid: number, last: number): readonly number[] {
	const found: number[] = [];
	for (let at = pid; at > 1 && at !== last && found.length < 64; ) {
		at = Number(statusFields(kernelText(host, `/proc/${at}/status`) ?? '')['PPid'] ?? 0);
		if (at > 1 && at !== last) found.push(at);
	}
	return found;
}

function unreadable<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}

/** The shell has namespaces of these kinds that are not the room's. */
export function ownNamespace(...kinds: readonly NamespaceKind[]): Goal {
	return ofShell((shell, {room}) => {
		const shared = kinds.filter(kind => shell.namespaces[kind] === room.namespaces[kind]);
		return shared.length === 0 || `the shell shares the ${shared.join(', ')} namespace of the room`;
	});
}

/** The shell has the room's namespaces of these kinds. */
export function roomsNamespace(...kinds: readonly NamespaceKind[]): Goal {
	return ofShell((shell, {room}) => {
		const own = kinds.filter(kind => shell.namespaces[kind] !== room.namespaces[kind]);
		return own.length === 0 || `the shell still has a ${own.join(', ')} namespace of its own`;
	});
}

/** The shell sees a mount; `type` may be empty. Words and truth are those of the checks of `tsbox up`. */
export function hasMount(target: string, type = '', options: readonly string[] = []): Goal {
	return ofShell(
		({pid}, {host}) =>
			problemOf({kind: 'mount', target, type, options}, host, processView(host, pid), {
				values: new Map(),
				ids: undefined,
			}) ?? true,
	);
}

/** The room itself sees no mount on a folder of the lab. */
export function roomHasNoMount(path: string): Goal {
	return ({room}) =>
		!room.mounts.some(each => each.target === `${lab}/${path}`) || `${path} is mounted in the room, too`;
}

/** The shell does not have these capabilities, as `CAP_SYS_ADMIN`. */
export function lacksCapability(...names: readonly string[]): Goal {
	return ofShell(({capabilities}) => {
		const had = names.filter(name => capabilities.effective.includes(name));
		return had.length === 0 || `the shell still has ${had.join(', ')}`;
	});
}

/** The shell sees a network interface of this name, with an address when one is named. */
export function hasInterface(name: string, address = ''): Goal {
	return ofShell(({interfaces}) => {
		const found = interfaces.find(each => each.name === name);
		if (found === undefined) return `there is no interface ${name}`;
		return address === '' || found.addresses.includes(address) || `${name} does not have the address ${address}`;
	});
}

/** The terminal showed this since the stage began. */
export function printed(pattern: RegExp, missing: string): Goal {
	return ({output}) => pattern.test(output) || missing;
}

/** The text of a file of the room, without blanks at its ends; undefined when it is not there. */
function roomText({room, host}: Observed, path: string): string | undefined {
	const file = `/proc/${room.pid}/root${path}`;
	// A FIFO would block.
	if (unreadable(() => host.lstat(file)?.kind) !== 'file') return undefined;
	return kernelText(host, file)?.trim();
}

/** The pid of a process in the pid namespace of the room; undefined when it has ended. */
export function pidInRoom({room, host}: Observed, pid: number): number | undefined {
	return pidsOf(host, pid)[room.nspid.length - 1];
}

/** The pid of a process in each pid namespace, outermost first; empty when it has ended. */
function pidsOf(host: Observed['host'], pid: number): readonly number[] {
	const status = statusFields(kernelText(host, `/proc/${pid}/status`) ?? '');
	if (status['State'] === undefined || /^[ZX]/.test(status['State'])) return [];
	return (status['NSpid'] ?? '').split(/\s+/).map(Number);
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

/** The process whose number in the room is in `rootfs/victim`. */
export function victimIs(state: 'dead' | 'alive'): Goal {
	return seen => {
		const number = Number(roomText(seen, `${lab}/rootfs/victim`));
		if (!(number > 0)) return 'rootfs/victim has no number';
		const alive = seen.processes.some(pid => pidInRoom(seen, pid) === number);
		return alive === (state === 'alive') || (alive ? 'the victim still runs' : 'the victim does not run');
	};
}

/** The shell is not the container's first process: the attack was tried again, and stayed inside. */
export function triedAgain(line: string): Goal {
	return ofShell(({nspid}) => nspid.at(-1) !== 1 || `try the attack again: ${line}`);
}
