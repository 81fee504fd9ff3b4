import type {Readable} from 'node:stream';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {kernelText} from '../host/files/kernel-text.ts';
import {type ProcessIdentity, terminalJob} from '../host/programs/process.ts';
import {closeDescriptor} from '../host/programs/stdio.ts';
import {keptTerminal, openTerminal} from '../host/terminal/terminal.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';
import {containerProcesses} from './processes.ts';

/** A process at a terminal that ignores Ctrl-C. */
export interface DeafProcess {
	/** Its command name in the kernel. */
	readonly name: string;
	/** It is process 1 of its pid namespace, which receives no signal that it has no handler for; pid_namespaces(7). */
	readonly isFirst: boolean;
}

/** Bit 1 of the masks in proc_pid_status(5): signal 2, SIGINT. */
const interruptBit = 2n;

/**
 * The foreground process of a container's terminal that ignores Ctrl-C. Undefined when Ctrl-C works or that is unknown: the terminal
 * passes it on as a key (an editor), some process at the terminal handles it (a shell, psql's prompt), or it kills the foreground
 * processes.
 */
export async function ignoresInterrupt(
	host: Host,
	facts: HostFacts,
	first: ProcessIdentity,
	members: readonly CgroupMember[],
): Promise<DeafProcess | undefined> {
	const terminal = terminalJob(host, first.pid);
	if (terminal === undefined || !(await interrupts(host, facts, first))) return undefined;
	const there = containerProcesses(host, members, first.pid).flatMap(({pid, insidePid, name}) => {
		const at = terminalJob(host, pid);
		const status = kernelText(host, `/proc/${pid}/status`) ?? '';
		if (at?.tty !== terminal.tty) return [];
		// It handles SIGINT, or blocks it to read it with sigwaitinfo(2) or signalfd(2), as small inits do.
		const takes = has(status, 'SigCgt') || has(status, 'SigBlk');
		return [{name, isFirst: insidePid === 1, group: at.group, takes, ignored: has(status, 'SigIgn')}];
	});
	if (there.some(({takes}) => takes)) return undefined;
	return there.find(({group, isFirst, ignored}) => group === terminal.foreground && (ignored || isFirst));
}

function has(status: string, mask: string): boolean {
	const digits = new RegExp(`^${mask}:\\s+([0-9a-f]+)$`, 'm').exec(status)?.[1];
	return digits !== undefined && (BigInt(`0x${digits}`) & interruptBit) !== 0n;
}

/** Whether Ctrl-C makes the terminal send SIGINT: ISIG and VINTR of termios(3). */
async function interrupts(host: Host, facts: HostFacts, first: ProcessIdentity): Promise<boolean> {
	const stty = hostToolWords(facts, 'stty');
	const terminal = keptTerminal(host, first);
	const fd = terminal && openTerminal(host, terminal);
	if (stty === undefined || fd === undefined) return false;
	const {pipes, ended} = host.start([...stty, '-a'], {stdio: [fd, 'pipe', 'ignore']});
	closeDescriptor(fd);
	const output = pipes[1] as Readable | null | undefined;
	let said = '';
	for await (const chunk of output ?? []) said += String(chunk);
	await ended;
	return /\bintr = \^C;/.test(said) && /(?<!-)\bisig\b/.test(said);
}
