import {kernelText} from '../../host/files/kernel-text.ts';
import {labFolder as lab} from '../room/room-script.ts';
import {pidInRoom} from './container-goals.ts';
import type {Goal, Observed} from './lesson.ts';
import {unreadable} from './processes.ts';

/* Goals about files of the room. Paths of these are absolute, or begin in the lab folder. */

function outside({room}: Observed, path: string): string {
	return `/proc/${room.pid}/root${path.startsWith('/') ? path : `${lab}/${path}`}`;
}

function kindOf(seen: Observed, path: string): string | undefined {
	return unreadable(() => seen.host.lstat(outside(seen, path))?.kind);
}

/** The text of a file of the room, without blanks at its ends; undefined when it is not there. */
export function roomText(seen: Observed, path: string): string | undefined {
	// A FIFO would block.
	return kindOf(seen, path) === 'file' ? kernelText(seen.host, outside(seen, path))?.trim() : undefined;
}

/** A file has this text. */
export function fileHas(path: string, text: string): Goal {
	return seen => roomText(seen, path) === text || `${path} does not say "${text}"`;
}

/** A file does not have this text. */
export function fileHasNot(path: string, text: string): Goal {
	return seen => roomText(seen, path) !== text || `${path} says "${text}"`;
}

/** A file or a symlink is there. */
export function fileIs(path: string): Goal {
	return seen => ['file', 'symlink'].includes(kindOf(seen, path) ?? '') || `${path} is gone`;
}

/** Nothing is there. */
export function isGone(path: string): Goal {
	return seen => kindOf(seen, path) === undefined || `${path} is still there`;
}

/** A folder is there. */
export function folderIs(path: string): Goal {
	return seen => kindOf(seen, path) === 'directory' || `there is no folder ${path}`;
}

/** The numbers of a character device that hides a file below in an overlay. */
export function whiteoutOf(seen: Observed, path: string): readonly [major: number, minor: number] | undefined {
	const device = unreadable(() => seen.host.lstat(outside(seen, path))?.device);
	return device?.type === 'c' ? [device.major, device.minor] : undefined;
}

/** An overlay's upper folder says that a file below was deleted. */
export function isWhiteout(path: string): Goal {
	return seen => whiteoutOf(seen, path)?.join() === '0,0' || `${path} is no whiteout`;
}

/** The OOM killer has ended a process, as memory.oom_control or memory.events says. */
export function oomKills(path: string): Goal {
	return seen =>
		Number(/^oom_kill (\d+)$/m.exec(roomText(seen, path) ?? '')?.[1] ?? 0) > 0 || `${path} says oom_kill 0`;
}

/** The process whose number in the room is in `rootfs/victim`. */
export function victimIs(state: 'dead' | 'alive'): Goal {
	return seen => {
		const number = Number(roomText(seen, 'rootfs/victim'));
		if (!(number > 0)) return 'rootfs/victim has no number';
		const alive = seen.processes.some(pid => pidInRoom(seen, pid) === number);
		return alive === (state === 'alive') || (alive ? 'the victim still runs' : 'the victim does not run');
	};
}
