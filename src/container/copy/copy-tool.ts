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

/** Bytes of the tar's messages to keep. */
const messageLimit = 8192;

/** A tar that runs in a container as its root. */
export interface CopyTool {
	readonly stdin: Writable;
	readonly stdout: Readable;
	/** Resolves with the exit status of the tar, or of the shell before it; never rejects. */
	readonly ended: Promise<number>;
	/** The messages on stderr so far. */
	readonly messages: () => string;
	readonly kill: () => void;
	/** The folder with the tools. */
	readonly toolbox: string;
}

/** A message of dash (cd.c): the shell starts in the toolbox, which has no path there. */
const noFolder = /^.*getcwd\(\) failed: No such file or directory\n?/gm;

/** Root without supplementary groups. Numeric ids need no lookup in the container. */
const containerRoot = {uid: 0, gid: 0, groups: []};

/** A copy as the tar in the container sees it. */
export interface CopyWork {
	/** Absolute path in the container. */
	readonly path: string;
	/** The sh command that execs the tar; the toolbox is its working directory. */
	readonly script: string;
	readonly writes: boolean;
}

/** Capabilities of the tar for the files of an ended container, in the names of setpriv(1); capabilities(7). */
const capabilities = {read: ['dac_read_search'], write: ['chown', 'dac_override', 'fowner', 'fsetid']} as const;

/**
 * Starts the tar of a copy in a container: in all its namespaces and its cgroup, with the capabilities of its root. For an ended
 * container the root filesystem is mounted for the tar only, in a jail.
 *
 * @throws TsboxError as entranceTo; E_HOST_UNSUPPORTED without tar; E_COPY_PATH for a path that is mounted only while the
 * container runs; E_INTERRUPTED.
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
		throw new TsboxError('E_COPY_PATH', `${hit.destination} of ${name} is mounted only while the container runs`, {
			hint: hit.source.startsWith('/')
				? `copy from or to ${hit.source} on the host, or start the container: \`tsbox start ${name}\``
				: `start the container: \`tsbox start ${name}\``,
		});
	if (writes && config.root.readonly === true)
		throw new TsboxError('E_COPY_PATH', `the root filesystem of ${name} is read-only`, {
			hint: 'remove `read_only: true`, or copy to a volume',
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
	const note =
		writes || absent.length === 0 ? [] : [`${absent.join(', ')} not copied: mounted only while ${name} runs`];
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

/** The error of the container's side of a copy; undefined after success. */
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
			return new TsboxError('E_COPY_PATH', `${title} does not exist`, {
				hint: 'list a folder with `tsbox exec NAME -- ls`, or with `tsbox cp NAME:FOLDER - | tar t` after the container has exited',
			});
		case copyRefusals.noFolder:
			return new TsboxError('E_COPY_PATH', `${title} is not a folder`, {
				...(verb === 'written'
					? {why: 'a tar, and a path with a slash at its end, need an existing folder as target'}
					: {}),
				hint: 'choose a folder of the container',
			});
		case copyRefusals.noParent:
			return new TsboxError('E_COPY_PATH', `the parent folder of ${title} does not exist`, {
				hint: 'create it with `tsbox exec NAME -- mkdir -p`, or copy a folder of that name',
			});
		case copyRefusals.folderInTheWay:
			return new TsboxError('E_COPY_PATH', `a folder is in the way in ${title}`, {
				why: 'a file cannot replace a folder',
				hint: 'choose another name',
			});
		case copyRefusals.fileInTheWay:
			return new TsboxError('E_COPY_PATH', `a file is in the way at ${title}`, {
				why: 'a folder cannot replace a file',
				hint: 'choose another name',
			});
		default:
			return new TsboxError('E_STEP_FAILED', `${title} cannot be ${verb}`, {
				output: output === '' ? `exit status ${status}` : output,
				...whyOf(output),
			});
	}
}

/** The cause of a kernel error, in terms of the container. */
function whyOf(output: string): {readonly why?: string; readonly hint?: string} {
	if (/Read-only file system/.test(output))
		return {
			why: 'the filesystem is read-only (EROFS): `read_only: true`, or a volume with `ro`',
			hint: 'copy to a writable volume or tmpfs of the container',
		};
	if (/Permission denied|Operation not permitted/.test(output))
		return {
			why: 'root of the container lacks a capability (EACCES or EPERM)',
			hint: 'see `cap_drop` in the spec',
		};
	if (saysDiskFull(output)) return {why: 'the filesystem there is full (ENOSPC)'};
	return {};
}
