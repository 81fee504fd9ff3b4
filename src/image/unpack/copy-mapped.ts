import {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host, RunningProgram} from '../../host/host.ts';
import {mappedRoot, type RangeMap} from '../../host/id-map.ts';
import {extraction} from '../archive/extraction.ts';
import {hostWords, jail, jailCommand, quoted} from '../archive/jail.ts';
import {startJailed} from '../archive/jailed-program.ts';
import {treeUse} from '../store/tree-use.ts';
import {tarFailed} from '../archive/unpack-error.ts';
import {removeStubborn} from '../store/work-folder.ts';

/** Source, target, and id map of {@link copyMapped}. */
export interface MappedCopy {
	readonly from: string;
	readonly to: string;
	readonly ids: RangeMap;
}

/** Options of {@link copyMapped}. */
export interface MappedCopyOptions {
	/** Bytes copied so far, the approximate total, and the number of entries; at most every 50 ms, and at the end. */
	readonly onProgress?: (done: number, total: number, entries: number) => void;
	readonly signal: AbortSignal;
	/** The folder with the copied tools. */
	readonly toolbox: string;
}

/** The interval of onProgress, ms. */
const progressEvery = 50;

/**
 * Copies a folder of the host and shifts each file's owner into a user namespace: one tar reads as root of the host, another,
 * jailed in the target, writes as root of the namespace. A target that is not empty holds an earlier copy and stays.
 *
 * @throws TsboxError E_INTERRUPTED, E_STEP_FAILED.
 */
export async function copyMapped(
	host: Host,
	facts: HostFacts,
	{from, to, ids}: MappedCopy,
	{onProgress, signal, toolbox}: MappedCopyOptions,
): Promise<void> {
	if (host.list(to).length > 0) return;
	const fresh = `${to}.new`;
	await removeStubborn(host, facts, fresh);
	host.mkdir(fresh, 0o755);
	host.chown(fresh, ...mappedRoot(ids));
	const {bytes: total, entries} = treeUse(host, from);
	const writer = startJailed(host, facts, extraction(facts, ids), fresh, {toolbox, ids});
	const reader = host.start([...readerWords(facts, from)], {stdio: ['ignore', 'pipe', 'ignore']});
	const kill = (): void => {
		host.kill(-reader.pid, 'SIGKILL');
		writer.kill();
	};
	signal.addEventListener('abort', kill, {once: true});
	let done = 0;
	let lastReport = 0;
	const counted = new Transform({
		transform(chunk: Buffer, _encoding, next) {
			done += chunk.length;
			if (host.now() - lastReport >= progressEvery) {
				lastReport = host.now();
				onProgress?.(Math.min(done, total), total, entries);
			}
			next(null, chunk);
		},
	});
	const [read] = await Promise.all([reader.ended, pipeline(outputOf(reader), counted, writer.stdin).catch(() => {})]);
	const written = await writer.ended;
	signal.removeEventListener('abort', kill);
	if (signal.aborted) throw new TsboxError('E_INTERRUPTED', `copying ${from} was interrupted`, {cause: signal.reason});
	if (written !== 0) throw tarFailed(from, writer, ids);
	// Status 1: a file changed while tar read it.
	if (read.exitCode !== 0 && read.exitCode !== 1)
		throw new TsboxError('E_STEP_FAILED', `the folder ${from} could not be read`, {
			command: readerWords(facts, from).map(quoted).join(' '),
			hint: 'run the command by hand to see what tar reports',
		});
	onProgress?.(total, total, entries);
	host.rename(fresh, to);
}

/** The same copy as lines of sh, for a script. */
export function copyMappedScript(facts: HostFacts, {from, to, ids}: MappedCopy, toolbox: string): readonly string[] {
	const fresh = quoted(`${to}.new`);
	return [
		`[ -z "$(ls -A ${quoted(to)})" ] || return 0`,
		`rm -rf ${fresh} && mkdir -m 0755 ${fresh} && chown ${mappedRoot(ids).join(':')} ${fresh} || return 125`,
		'# A pipe returns the status of its last command alone; here both must succeed.',
		'# Status 1 means that a file changed meanwhile.',
		`read_all() { ${readerWords(facts, from).map(quoted).join(' ')} || [ $? = 1 ]; }`,
		`write_all() { ${jailCommand(jail(facts, extraction(facts, ids), toolbox, ids))} ${fresh} >&2; }`,
		'status=$({ { read_all && echo 0 >&3; } | { write_all && echo 0 >&3; }; } 3>&1)',
		`[ "$status" = "$(printf '0\\n0')" ] || { echo ${quoted(`${from} could not be copied`)} >&2; return 125; }`,
		`mv -T ${fresh} ${quoted(to)}`,
	];
}

function readerWords(facts: HostFacts, from: string): readonly string[] {
	const attributes = ['--xattrs', '--xattrs-include=security.capability', '--xattrs-include=user.*'];
	return [...hostWords(facts, 'tar'), '-C', from, '--numeric-owner', '--sparse', ...attributes, '-cf', '-', '.'];
}

function outputOf({pipes}: RunningProgram): NodeJS.ReadableStream {
	const [, stdout] = pipes;
	if (stdout === undefined || stdout === null || !('read' in stdout))
		throw new TypeError('a started program has no pipes');
	return stdout;
}
