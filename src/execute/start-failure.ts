import type {ErrorCode} from '../errors/codes.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {ExecAction} from '../step/verbs/exec.ts';
import {stepCommand} from '../step/verbs/command.ts';
import type {Plan, Step} from '../step/verbs/step.ts';
import type {CommandTrouble} from './command-trouble.ts';
import type {StatusLine} from './status-pipe.ts';

interface Advice {
	readonly says: RegExp;
	readonly why: string;
	readonly hint: string;
}

/** Messages of tools and of the kernel, each with its most likely cause and a hint. The first match counts. */
const advice: readonly Advice[] = [
	{
		says: /AllowedCPUs/,
		why: 'SCHED_DEADLINE needs all CPUs of the machine',
		hint: 'take `linux.resources.cpu.cpus` out of config.json, or choose another policy',
	},
	{
		says: /sched_setattr: Operation not permitted/,
		why: 'a cgroup of version 1 has no time for real-time processes unless it, and each one above it, was given some',
		hint: 'set `linux.resources.cpu.realtimeRuntime`, or choose another policy',
	},
	{
		says: /EBUSY.*cgroup\.subtree_control/,
		why: 'processes are in this very group, and in the unified hierarchy a group with processes hands no controller down (the no-internal-process rule of cgroups(7))',
		hint: 'move them to a group below it, or name another group as `cgroup_parent`',
	},
	{
		says: /ENOENT.*cgroup\.subtree_control/,
		why: 'the group above it does not hand all these controllers down',
		hint: 'name a group as `cgroup_parent` that has them, such as one of a systemd unit with Delegate=yes',
	},
	{
		says: /ENOSPC|No space left on device/i,
		why: 'the disk, or the number of cgroups or mounts, is full',
		hint: 'free some space; `tsbox gc` and `tsbox images prune` remove what is not used',
	},
	{
		says: /EACCES|EPERM|Permission denied|Operation not permitted/i,
		why: 'the caller lacks the privilege for it',
		hint: 'run tsbox as root, and see `tsbox doctor` for what this machine forbids',
	},
	{
		says: /EROFS|Read-only file system/i,
		why: 'the filesystem it writes to is read-only',
		hint: 'choose other folders with --store and --state',
	},
	{
		says: /unknown filesystem type|No such device/i,
		why: 'the kernel has no such filesystem',
		hint: 'load it with modprobe, or see `tsbox doctor`',
	},
	{
		says: /mount point does not exist/,
		why: 'a file can only be bound on a file, and another mount of the container covers the place where it was made',
		hint: 'make an empty file there in what covers it, or bind the folder in place of the file',
	},
	{
		says: /wrong fs type, bad option|Invalid argument/i,
		why: 'the kernel refused the options for this filesystem',
		hint: 'dmesg often says which one',
	},
	{
		says: /is a symlink/,
		why: 'a mount through a symlink would land in an unintended place',
		hint: 'name the real path as the target',
	},
	{
		says: /no user .* in the container/,
		why: "a name is looked up in the image's /etc/passwd, not the host's",
		hint: 'use a number, or a name that the image has',
	},
	{
		says: /no group .* in the container/,
		why: "a name is looked up in the image's /etc/group, not the host's",
		hint: 'use a number, or a name that the image has',
	},
	{
		says: /cannot create directory .*: (?:File exists|Not a directory)/,
		why: 'a folder is to be there, and the container has a file of that name',
		hint: 'choose another target, or mount a file on the file',
	},
	{
		says: /File exists|Not a directory|ENOTDIR/i,
		why: 'something that is not a folder is in the way',
		hint: 'choose another path, or remove what is there',
	},
	{
		says: /ENOENT|No such file or directory/i,
		why: 'a path that it needs is not there',
		hint: 'see which path the message names',
	},
	{
		says: /EINVAL|ERANGE|Invalid argument|Numerical result out of range/i,
		why: 'the kernel does not take this value',
		hint: 'see the page that `tsbox plan --explain` names for the step',
	},
];

/** The likely cause and the hint for a tool's message; undefined for an unknown message. */
export function adviceFor(said: string): {readonly why: string; readonly hint: string} | undefined {
	return advice.find(each => each.says.test(said));
}

/** The error of a failed step, with the likely cause and the hint for its output. */
export function startFailure(
	step: Step,
	plan: Plan,
	said: string,
	cause?: unknown,
	ended?: {readonly exitCode: number | undefined; readonly signal: string | undefined},
): TsboxError {
	const how =
		ended?.signal === undefined
			? ended?.exitCode === undefined
				? ''
				: `exit status ${ended.exitCode}`
			: `killed by ${ended.signal}`;
	const output = said === '' ? how : said;
	const known = adviceFor(output);
	return new TsboxError('E_STEP_FAILED', `could not ${step.title}`, {
		step: step.title,
		command: stepCommand(step, plan),
		...(output === '' ? {} : {output}),
		why: known?.why ?? `the command did not do its work${how === '' || said === '' ? '' : ` (${how})`}`,
		hint: known?.hint ?? `read ${step.man}, and see \`tsbox doctor\` for what this machine lacks`,
		...(cause === undefined ? {} : {cause}),
	});
}

/** The error for a command that the gate's shell could not find or run. */
export function gateRefusal(
	line: StatusLine,
	exec: ExecAction,
	step: string,
	troubles: readonly CommandTrouble[] = [],
): TsboxError {
	const command = exec.args[0] ?? '';
	const path = exec.env.find(each => each.startsWith('PATH='))?.slice('PATH='.length) ?? '';
	if (line.kind === 'directory') {
		return new TsboxError('E_STEP_FAILED', `the working directory ${exec.cwd} cannot be entered`, {
			step,
			why: 'it is not a folder of the container, or its user may not enter it',
			hint: 'choose another `working_dir`',
		});
	}
	if (line.kind === 'hook') {
		// 128 and the number of a signal: SIGALRM when the time of the hook was over, SIGSYS of a seccomp filter.
		const how =
			line.status === 142
				? 'did not end in time'
				: line.status === 159
					? 'failed: bad system call'
					: `failed with exit status ${line.status}`;
		return new TsboxError('E_STEP_FAILED', `error running startContainer hook #${line.index}: ${line.path} ${how}`, {
			step,
			hint: 'see `hooks` of config.json',
		});
	}
	const trouble = line.kind === 'unrunnable' ? refusedBy(troubles)[line.index] : undefined;
	if (trouble !== undefined) return troubleError('E_COMMAND_NOT_EXECUTABLE', trouble, step);
	if (line.kind === 'notexecutable') {
		return new TsboxError('E_COMMAND_NOT_EXECUTABLE', `${line.path === '' ? command : line.path} cannot be executed`, {
			step,
			why: 'it is a folder, or its mode does not let this user execute it',
			hint: `chmod +x it in the image, or run it through its interpreter`,
		});
	}
	const nowhere = troubles.find(({kind}) => kind === 'leadsNowhere');
	if (nowhere !== undefined) return troubleError('E_COMMAND_NOT_FOUND', nowhere, step);
	return new TsboxError('E_COMMAND_NOT_FOUND', `${command} is not in the container`, {
		step,
		why: command.includes('/') ? `the root filesystem has no ${command}` : `no folder of its PATH has it: ${path}`,
		hint: 'check the spelling of `command`, or choose a root filesystem that has it',
	});
}

/** The troubles whose files a shell finds. The gate reports a file by its index in this list. */
export function refusedBy(troubles: readonly CommandTrouble[]): readonly CommandTrouble[] {
	return troubles.filter(({kind}) => kind === 'notExecutable');
}

function troubleError(code: ErrorCode, {file, problem, why, hint}: CommandTrouble, step: string): TsboxError {
	return new TsboxError(code, `${file} ${problem}`, {step, why, hint});
}

/** The error of a step whose check failed. */
export function checkFailure(step: Step, plan: Plan, problem: string): TsboxError {
	return new TsboxError('E_CHECK_FAILED', problem, {
		step: step.title,
		command: stepCommand(step, plan),
		why: 'the command said that it worked, but the kernel shows otherwise; the container was not started',
		hint: 'run `tsbox doctor`, and report it if it finds nothing',
	});
}
