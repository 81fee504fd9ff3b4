import {closeSync, constants, fstatSync, openSync} from 'node:fs';
import {unlessForbidden} from '../errno.ts';
import type {Host} from '../host.ts';
import {identify, isRunning, type ProcessIdentity} from '../programs/process.ts';

/** A process's descriptor of a terminal that it created for another process. */
export interface KeptTerminal {
	readonly keeper: ProcessIdentity;
	readonly fd: number;
}

/** Major numbers of devpts terminals: UNIX98_PTY_SLAVE_MAJOR and the next seven, linux/major.h. */
const slaveMajors = {first: 136, last: 143} as const;

/** The parent, field 4 of a stat line; proc_pid_stat(5). */
function parentOf(host: Host, pid: number): number {
	const stat = host.readText(`/proc/${pid}/stat`) ?? '';
	return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

/** The descriptors of a process and their link targets; empty when the caller may not read them. */
function linksOf(host: Host, pid: number): readonly (readonly [fd: string, link: string])[] {
	const read = () =>
		host.list(`/proc/${pid}/fd`).map(fd => [fd, host.readlink(`/proc/${pid}/fd/${fd}`) ?? ''] as const);
	return unlessForbidden(read) ?? [];
}

/**
 * The terminal of a process with script(1) as an ancestor: the one with both sides open. An ancestor is outside the container, so a
 * container cannot forge its descriptors.
 */
export function keptTerminal(host: Host, {pid}: ProcessIdentity): KeptTerminal | undefined {
	for (let above = parentOf(host, pid); above > 1; above = parentOf(host, above)) {
		const links = linksOf(host, above);
		const terminal = links.find(([, link]) => /^\/dev\/pts\/\d+$/.test(link));
		const keeper = identify(host, above);
		if (terminal !== undefined && keeper !== undefined && links.some(([, link]) => /^\/dev\/(pts\/)?ptmx$/.test(link)))
			return {keeper, fd: Number(terminal[0])};
	}
	return undefined;
}

/**
 * Opens a kept terminal through its keeper's descriptor and not through a path; undefined when the keeper has ended or the
 * descriptor is no longer a terminal. Close it soon: script(1) waits until no process has it open.
 */
export function openTerminal(host: Host, {keeper, fd}: KeptTerminal): number | undefined {
	if (!isRunning(host, keeper)) return undefined;
	const {O_RDWR, O_NOCTTY, O_NONBLOCK} = constants;
	let opened: number;
	try {
		opened = openSync(`/proc/${keeper.pid}/fd/${fd}`, O_RDWR | O_NOCTTY | O_NONBLOCK);
	} catch {
		return undefined;
	}
	const facts = fstatSync(opened);
	// gnu_dev_major of makedev(3), for the numbers that a terminal can have.
	const major = (facts.rdev >> 8) & 0xfff;
	const isTerminal = facts.isCharacterDevice() && major >= slaveMajors.first && major <= slaveMajors.last;
	if (isTerminal && isRunning(host, keeper)) return opened;
	closeSync(opened);
	return undefined;
}
