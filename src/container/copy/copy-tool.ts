import type {Machine} from '../machine/machine.ts';
import type {Readable, Writable} from 'node:stream';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {saysDiskFull} from '../../image/archive/unpack-error.ts';
import type {JailedTool} from '../../image/archive/jail.ts';
import {startJailed} from '../../image/archive/jailed-program.ts';
import {startGuarded} from '../../execute/start-guarded.ts';
import type {ContainerRecord} from '../../state/record.ts';
import {copyAtGate, copyRefusals} from '../../step/script/copy-script.ts';
import {findContainer} from '../machine/find-container.ts';
import {type RestingRoot, restingRoot} from './resting-root.ts';
import {entranceTo, unlessAborted} from '../enter/enter-container.ts';

/** Bytes of what the tar in the container says that are kept. */
const messageLimit = 8192;

/** A tar that runs in a container, as its root. */
export interface CopyTool {
	readonly stdin: Writable;
	readonly stdout: Readable;
	/** Its exit status, or that of the shell before it; never rejects. */
	readonly ended: Promise<number>;
	/** What it said on stderr up to now. */
	readonly messages: () => string;
	readonly kill: () => void;
	/** The folder with the tools that it comes from. */
	readonly toolbox: string;
}

/** What a shell says of the toolbox, a folder without a path, that it starts in; dash, cd.c. */
const noFolder = /^.*getcwd\(\) failed: No such file or directory\n?/gm;

/** Root without other groups: with these ids nothing is looked up in the container. */
const containerRoot = {uid: 0, gid: 0, groups: []};

/** A copy as the tar in the container sees it. */
export interface CopyWork {
	/** Absolute, in the container. */
	readonly path: string;
	/** The words of sh that become the tar; the toolbox is their working directory. */
	readonly script: string;
	readonly writes: boolean;
}

/** What the tar may do with the files of a container that has exited, as setpriv(1) has it; capabilities(7). */
const capabilities = {read: ['dac_read_search'], write: ['chown', 'dac_override', 'fowner', 'fsetid']} as const;

/**
 * Starts the words of a copy in a container: in all its namespaces and its cgroup, with its root's powers and no more. Of one that
 * has exited its root filesystem is mounted for them alone, in a jail.
 *
 * @throws TsboxError as entranceTo, E_HOST_UNSUPPORTED without tar, E_COPY_PATH for what is mounted while it runs, and E_INTERRUPTED.
 */
export async function startCopyTool(
	machine: Machine,
	name: string,
	work: CopyWork,
	signal: AbortSignal,
): Promise<CopyTool> {
	if (machine.facts.tools.tar === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no tar', {hint: 'install GNU tar'});
	const record = findContainer(machine, name);
	const root = restingRoot(machine, record, work.writes);
	return root === undefined
		? startInside(machine, record.name, work, signal)
		: startAtRest(machine, record, root, work);
}

function startAtRest(
	{host, facts, dirs}: Machine,
	{name, config, detached}: ContainerRecord,
	{folder, mounts, ids}: RestingRoot,
	{path, script, writes}: CopyWork,
): CopyTool {
	const targets = detached?.made.volumes.map(({target}) => target) ?? [];
	const volumes = config.mounts.filter(({destination}) => targets.includes(destination));
	const hit = volumes.find(({destination}) => `${path}/`.startsWith(`${destination}/`));
	if (hit !== undefined)
		throw new TsboxError('E_COPY_PATH', `${hit.destination} of ${name} is mounted only while it runs`, {
			hint: hit.source.startsWith('/')
				? `copy from or to ${hit.source} on the host, or \`tsbox start ${name}\` first`
				: `\`tsbox start ${name}\` first`,
		});
	if (writes && config.root.readonly === true)
		throw new TsboxError('E_COPY_PATH', `the root filesystem of ${name} is read-only`, {
			hint: 'leave out `read_only: true`, or copy to a volume',
		});
	const toolbox = sealTools(host, facts, dirs.store);
	const tool: JailedTool = {
		tool: 'sh',
		args: ['-c', script],
		capabilities: capabilities[writes ? 'write' : 'read'],
		keepFolder: true,
		mounts,
		covered: config.mounts.map(({destination}) => destination),
	};
	const program = startJailed(host, facts, tool, folder, {toolbox, ids});
	const {stdin, stdout, ended} = program;
	const absent = volumes.map(({destination}) => destination).filter(place => place.startsWith(`${path}/`));
	const note = writes || absent.length === 0 ? [] : [`${absent.join(', ')} left out: mounted only while ${name} runs`];
	const said = (): string => [...note, program.messages().replaceAll(noFolder, '')].join('\n').trim();
	return {stdin, stdout, ended, messages: said, kill: () => program.kill(), toolbox};
}

async function startInside(machine: Machine, name: string, {script}: CopyWork, signal: AbortSignal): Promise<CopyTool> {
	const {host, facts} = machine;
	const {argv, pass} = entranceTo(machine, name, {user: containerRoot, tty: false, tool: true});
	const program = startGuarded(host, argv, {stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe']});
	const kill = (): void => void host.kill(-program.pid, 'SIGKILL');
	const [stdin, stdout, stderr] = program.pipes as [Writable, Readable, Readable];
	let said = '';
	stderr.setEncoding('utf8').on('data', (text: string) => {
		said = (said + text).slice(0, messageLimit);
	});
	const closed = new Promise<void>(settle => stderr.once('close', settle));
	try {
		await unlessAborted(host, program, signal, 'the copy was interrupted', () =>
			pass(program, {kind: 'tool', script: copyAtGate(script)}),
		);
	} catch (error) {
		kill();
		throw error;
	}
	return {
		stdin,
		stdout,
		ended: Promise.all([program.ended, closed]).then(([{exitCode}]) => exitCode ?? 128),
		messages: () => said.trim(),
		kill,
		toolbox: sealTools(host, facts, machine.dirs.store),
	};
}

/** The error of a copy that the container's side refused or failed; undefined when it did its work. */
export function copyToolError(
	title: string,
	verb: 'read' | 'written',
	status: number,
	output: string,
): TsboxError | undefined {
	switch (status) {
		case 0:
			return undefined;
		case copyRefusals.missing:
			return new TsboxError('E_COPY_PATH', `${title} is not there`, {
				hint: '`tsbox exec NAME -- ls` lists a folder of one that runs, `tsbox cp NAME:FOLDER - | tar t` of one that has exited',
			});
		case copyRefusals.noFolder:
			return new TsboxError('E_COPY_PATH', `${title} is no folder`, {
				...(verb === 'written'
					? {why: 'a tar, and what is copied to a path with a slash at its end, goes into a folder that is there'}
					: {}),
				hint: 'name a folder of the container',
			});
		case copyRefusals.noParent:
			return new TsboxError('E_COPY_PATH', `the folder of ${title} is not there`, {
				hint: 'make it first, with `tsbox exec NAME -- mkdir -p`, or copy a folder of that name',
			});
		case copyRefusals.folderInTheWay:
			return new TsboxError('E_COPY_PATH', `a folder is in the way in ${title}`, {
				why: 'a file does not replace a folder',
				hint: 'choose another name',
			});
		case copyRefusals.fileInTheWay:
			return new TsboxError('E_COPY_PATH', `something that is no folder is in the way at ${title}`, {
				why: 'a folder does not replace a file',
				hint: 'choose another name',
			});
		default:
			return new TsboxError('E_STEP_FAILED', `${title} could not be ${verb}`, {
				output: output === '' ? `exit status ${status}` : output,
				...whyOf(output),
			});
	}
}

/** What the kernel says, and what it means for a container. */
function whyOf(output: string): {readonly why?: string; readonly hint?: string} {
	if (/Read-only file system/.test(output))
		return {
			why: 'the kernel has the filesystem there read-only (EROFS): `read_only: true`, or a volume that is `ro`',
			hint: 'copy to a volume or tmpfs of the container that can be written',
		};
	if (/Permission denied|Operation not permitted/.test(output))
		return {
			why: 'root of the container lacks the capability for it (EACCES or EPERM)',
			hint: 'see `cap_drop` in the spec',
		};
	if (saysDiskFull(output)) return {why: 'the filesystem there is full (ENOSPC)'};
	return {};
}
