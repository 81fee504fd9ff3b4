import {posix} from 'node:path';
import {unlessForbidden} from '../host/errno.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {type Pinned, pinRoot, unpin} from '../host/files/pinned.ts';
import {readAt} from '../host/files/descriptors.ts';
import {closeDescriptor} from '../host/programs/stdio.ts';
import {hasHandler} from '../host/probe/binfmt.ts';
import {type ByteReader, machineNames, readElf} from '../host/probe/elf.ts';
import {type Walked, walkInRoot} from '../host/files/root-walk.ts';
import {quoted} from '../spec/model/parsed.ts';
import type {ExecAction} from '../step/verbs/exec.ts';

/** A file that a shell would pick as the command, and why the kernel refuses to run it. */
export interface CommandTrouble {
	/** The path that the gate's shell tries: the command below a folder of PATH, or the command if it has a slash. */
	readonly file: string;
	/** A symlink without a target, which a shell skips; or a file that cannot be executed. */
	readonly kind: 'leadsNowhere' | 'notExecutable';
	/** The end of a sentence about the file: `is a symlink that leads nowhere`. */
	readonly problem: string;
	readonly why: string;
	readonly hint: string;
}

type Reason = Omit<CommandTrouble, 'file'>;

/** The kernel reads this many bytes of a file to find out its format: BINPRM_BUF_SIZE of linux/binfmts.h. */
const headLength = 256;

const loops = 'is a symlink that leads back to itself';
const dangles = 'is a symlink that leads nowhere';

/** The kernel follows an interpreter of an interpreter at most four times: exec_binprm() in fs/exec.c. */
const mostInterpreters = 4;

/** Architectures whose programs the kernel of another one can run natively, if it was built with that support. */
const relatives: readonly (readonly string[])[] = [
	['x86_64', 'i686'],
	['aarch64', 'armv7l'],
];

/**
 * Looks at each file that the command may resolve to, as a process in the container sees it. Gives the files that the
 * kernel would refuse to run, with the reasons; none if the first file can run. This check comes before the exec,
 * because a shell whose exec fails has already reported that it became the command.
 *
 * It only looks. It follows no symlink on this host ({@link walkInRoot}). If the container has a FUSE file system,
 * whose server could block tsbox, it looks at nothing.
 *
 * @param pid - a process in the container
 */
export function commandTroubles(
	host: Host,
	facts: HostFacts,
	pid: number,
	exec: ExecAction,
): readonly CommandTrouble[] {
	const mounts = unlessForbidden(() => host.readText(`/proc/${pid}/mountinfo`));
	if (mounts === undefined || mounts.includes(' - fuse')) return [];
	const root = pinRoot(pid);
	if (root === undefined) return [];
	try {
		return troublesIn(root, host, facts, exec);
	} finally {
		unpin(root);
	}
}

/** {@link commandTroubles} below a root folder that is already pinned. */
export function troublesIn(
	root: Pinned,
	host: Pick<Host, 'list' | 'readText'>,
	{kernel}: Pick<HostFacts, 'kernel'>,
	exec: ExecAction,
): readonly CommandTrouble[] {
	const context: Context = {root, host, machine: kernel.arch};
	const troubles: CommandTrouble[] = [];
	for (const file of candidates(exec)) {
		const reason = walkInRoot(root, posix.resolve(exec.cwd, file), found => judge(found, context, 0));
		if (reason === 'fine') break;
		if (reason !== undefined) troubles.push({file, ...reason});
	}
	return troubles;
}

interface Context {
	readonly root: Pinned;
	readonly host: Pick<Host, 'list' | 'readText'>;
	/** As uname(1) prints it. */
	readonly machine: string;
}

/** The paths that the gate's shell tries, in the shell's spelling and order. */
function candidates({args: [command = ''], env}: ExecAction): readonly string[] {
	if (command.includes('/')) return [command];
	const path = env.findLast(each => each.startsWith('PATH='))?.slice('PATH='.length) ?? '';
	return path.split(':').map(folder => `${folder === '' ? '.' : folder}/${command}`);
}

/** Why a file cannot be run; undefined if that is unknown, or if a shell would skip the file. */
function judge(found: Walked, context: Context, depth: number): Reason | 'fine' | undefined {
	if (found.kind === 'loop') {
		return leadsNowhere(
			loops,
			`${quoted(found.link.path)} is a symlink to ${quoted(found.link.target)}, and so on without end`,
		);
	}
	if (found.kind === 'missing' && found.link !== undefined) {
		const {path, target} = found.link;
		return leadsNowhere(
			dangles,
			`${quoted(path)} is a symlink to ${quoted(target)}, and the container has no ${quoted(found.path)}`,
		);
	}
	if (found.kind !== 'file' || (found.mode & 0o111) === 0) return undefined;
	const fd = found.open();
	if (fd === undefined) return undefined;
	try {
		const read: ByteReader = (offset, length) => readAt(fd, offset, length);
		const head = readAt(fd, 0, headLength);
		const reason = reasonOf(head, read, found.path, context, depth);
		if (reason === undefined || hasHandler(context.host, posix.basename(found.path), head)) return 'fine';
		return reason;
	} finally {
		closeDescriptor(fd);
	}
}

function leadsNowhere(problem: string, why: string): Reason {
	return {
		kind: 'leadsNowhere',
		problem,
		why,
		hint: 'put the file that it should lead to into the root filesystem, or link to one that is there',
	};
}

function notExecutable(problem: string, why: string, hint: string): Reason {
	return {kind: 'notExecutable', problem: `cannot be executed: ${problem}`, why, hint};
}

function reasonOf(head: Buffer, read: ByteReader, path: string, context: Context, depth: number): Reason | undefined {
	if (head.toString('latin1', 0, 4) === '\x7fELF') return reasonOfElf(read, path, context);
	const line = head.toString('latin1').split('\n')[0] ?? '';
	if (line.startsWith('#!')) return reasonOfScript(line, context, depth);
	if (line.includes('\0')) {
		return notExecutable(
			'it is neither a program of Linux nor a script',
			'it has no ELF header and no `#!` line',
			'see what it is with file(1)',
		);
	}
	// A shell runs such a file with /bin/sh: execvp(3).
	const shell = walkInRoot(context.root, '/bin/sh', found => found.kind);
	if (shell !== 'missing' && shell !== 'loop') return undefined;
	return notExecutable(
		'it has no `#!` line',
		'a text without one is run by /bin/sh, which the container does not have',
		'start the script with a line that names an interpreter in the container, such as `#!/bin/busybox sh`',
	);
}

function reasonOfElf(read: ByteReader, path: string, {root, machine}: Context): Reason | undefined {
	const elf = readElf(read);
	if (elf === undefined || elf.interpreter === '') {
		return notExecutable(
			'it is a damaged program',
			'its ELF header promises more than the file holds',
			'copy it into the root filesystem again',
		);
	}
	if (isForeign(elf.machine, machine)) {
		return notExecutable(
			`it is for ${elf.machine}, and this machine is ${machine}`,
			'the kernel has no emulator for it among /proc/sys/fs/binfmt_misc',
			`use a root filesystem for ${machine}, or register an emulator, such as that of the package qemu-user-static`,
		);
	}
	const loader = elf.interpreter;
	const absence = loader?.startsWith('/') === true ? absenceOf(root, loader) : undefined;
	if (loader === null || absence === undefined) return undefined;
	return notExecutable(
		`its loader ${quoted(loader)} ${absence}`,
		'it is a dynamic program, which the kernel starts through that loader',
		`copy all that \`ldd ${path}\` lists into the root filesystem too, or use a static program, such as that of the package busybox-static`,
	);
}

/** False for a machine that the table lacks: uname(1) has several names for some machines. */
function isForeign(program: string, machine: string): boolean {
	const kin = relatives.find(all => all.includes(machine)) ?? [machine];
	return machineNames.includes(program) && machineNames.includes(machine) && !kin.includes(program);
}

function reasonOfScript(line: string, context: Context, depth: number): Reason | undefined {
	const interpreter = /^#![ \t]*([^ \t\0]+)/.exec(line)?.[1];
	// If the line was cut off, the name of its interpreter may be incomplete.
	if (interpreter?.startsWith('/') !== true || line.length === headLength || depth >= mostInterpreters)
		return undefined;
	const name = Buffer.from(interpreter, 'latin1').toString();
	const absence = absenceOf(context.root, name);
	if (absence !== undefined && line.endsWith('\r')) {
		return notExecutable(
			'its first line ends as in Windows',
			`the carriage return before the line end is taken for a part of the name: ${quoted(line)}`,
			"take the carriage returns out: `sed -i 's/\\r$//' FILE`",
		);
	}
	if (absence !== undefined) {
		return notExecutable(
			`its interpreter ${quoted(name)} ${absence}`,
			`its first line is ${quoted(line)}`,
			'put the interpreter into the root filesystem, or name another one in the first line',
		);
	}
	const reason = walkInRoot(context.root, name, found => judge(found, context, depth + 1));
	if (reason === undefined || reason === 'fine') return undefined;
	return {...reason, problem: `cannot be executed: its interpreter ${quoted(name)} ${reason.problem}`};
}

/** Why a path is missing in the container, as the end of a sentence; undefined if the path may exist. */
function absenceOf(root: Pinned, path: string): string | undefined {
	return walkInRoot(root, path, found => {
		if (found.kind === 'loop') return loops;
		if (found.kind !== 'missing') return undefined;
		return found.link === undefined ? 'is not in the container' : dangles;
	});
}
