import {problemOf, processView} from '../../execute/check.ts';
import {kernelText} from '../../host/files/kernel-text.ts';
import {statusFields} from '../../host/probe/process-status.ts';
import type {Snapshot} from '../../kernel/snapshot.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import {labFolder as lab} from '../room/room-script.ts';
import type {Goal, Observed} from './lesson.ts';
import {ancestors, unreadable} from './processes.ts';

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

/** The terminal showed this since the stage began. */
export function printed(pattern: RegExp, missing: string): Goal {
	return ({output}) => pattern.test(output) || missing;
}

/** The shell is not the container's first process: the attack was tried again, and stayed inside. */
export function triedAgain(line: string): Goal {
	return ofShell(({nspid}) => nspid.at(-1) !== 1 || `try the attack again: ${line}`);
}

/** The shell sees no mount there. */
export function hasNoMount(target: string): Goal {
	return ofShell(({mounts}) => !mounts.some(each => each.target === target) || `${target} is still mounted`);
}

/** The shell is in a cgroup of this name. */
export function inCgroup(name: string): Goal {
	return ofShell(
		({cgroups}) => cgroups.some(({path}) => path.endsWith(`/${name}`)) || `the shell is not in the cgroup ${name}`,
	);
}

/** The shell has these capabilities. */
export function hasCapability(...names: readonly string[]): Goal {
	return ofShell(({capabilities}) => {
		const missing = names.filter(name => !capabilities.effective.includes(name));
		return missing.length === 0 || `the shell does not have ${missing.join(', ')}`;
	});
}

/** The shell can have these capabilities, and no others: they are its effective and its bounding set. */
export function hasOnlyCapabilities(...names: readonly string[]): Goal {
	return ofShell(({capabilities: {effective, bounding}}) => {
		const missing = names.filter(name => !effective.includes(name));
		if (missing.length > 0) return `the shell does not have ${missing.join(', ')}`;
		const more = [effective, bounding].flat().filter(name => !names.includes(name));
		if (more.length === 0) return true;
		const set = effective.length > names.length ? 'effective' : 'bounding';
		return `the ${set} set of the shell has ${new Set(more).size} more`;
	});
}

/** The shell runs under a filter that the room does not have. */
export const filterLoaded: Goal = ofShell(
	({seccomp}, {room}) =>
		(seccomp.mode === 'filter' && (room.seccomp.mode === 'off' || seccomp.filters > room.seccomp.filters)) ||
		'the shell has no seccomp filter',
);

/** The shell's own user namespace maps at least one user. */
export const mapped: Goal = all(
	ownNamespace('user'),
	ofShell(({ids}) => ids.uidMap !== '' || "nobody is mapped: the shell's uid_map is empty"),
);

/** The shell is this user of the room. */
export function runsAs(uid: number): Goal {
	return ofShell((shell, seen) => {
		const inRoom = roomsId(seen, shell.ids.uid);
		return inRoom === uid || `for the room the shell is user ${inRoom ?? 'nobody'}, not ${uid}`;
	});
}

/** The number that a user of the machine has in the room; undefined when the room does not map it. */
export function roomsId({room}: Observed, id: number): number | undefined {
	for (const row of room.ids.uidMap.split(', ')) {
		const [inside = 0, outside = 0, count = 0] = row.split(' ').map(Number);
		if (id >= outside && id < outside + count) return inside + id - outside;
	}
	return undefined;
}

/** The shell sees a network interface of this name. */
export function hasInterface(name: string): Goal {
	return ofShell(({interfaces}) => interfaces.some(each => each.name === name) || `there is no interface ${name}`);
}

/** The kernel of the shell's network knows who has this address: they have talked. */
export function knowsNeighbor(address: string): Goal {
	return ofShell(({pid}, {host}) => {
		const row = (kernelText(host, `/proc/${pid}/net/arp`) ?? '')
			.split('\n')
			.find(line => line.startsWith(`${address} `));
		// The flag of a complete entry: ATF_COM of net/if_arp.h.
		return row?.split(/\s+/)[2] === '0x2' || `${address} has not answered yet`;
	});
}

/** A field of /proc/PID/status of the shell. */
export function statusOf({shell, host}: Observed, field: string): string | undefined {
	return shell === undefined ? undefined : statusFields(kernelText(host, `/proc/${shell.pid}/status`) ?? '')[field];
}

/** What programs print when the kernel refused: hostname(1) of net-tools has words of its own. */
const refusals = /not permitted|permission denied|must be root/gi;

/** The kernel refused this many lines since the stage began. */
export function refused(count: number): Goal {
	return ({output}) => {
		const found = output.match(refusals)?.length ?? 0;
		return found >= count || `${found} of ${count} attacks were tried and refused`;
	};
}

/** The kernel refused something since the stage began; else the learner is told to try it. */
export function refusedAfter(missing: string): Goal {
	return seen => refused(1)(seen) === true || missing;
}
