import type {Machine} from '../../container/machine/machine.ts';
import type {StopSignal} from '../../errors/interruption.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {logFolder} from '../../container/start/detached.ts';
import {hasEnded} from '../../container/machine/has-ended.ts';
import {type RunningRecord, runningContainer} from '../../container/machine/running-container.ts';
import {signalContainer} from '../../container/control/signal-container.ts';
import {wait} from '../../container/observe/wait.ts';
import {errnoOf} from '../../host/errno.ts';
import {callerInput, callerOutput, openFifoWriter, pipeStream, releaseInput} from '../../host/programs/stdio.ts';
import {keptTerminal} from '../../host/terminal/terminal.ts';
import {usualDetachKeys} from '../../spec/values/detach-keys.ts';
import {containerFolder} from '../../state/record.ts';
import {shownState} from '../../state/freezer.ts';
import {detachMatcher} from '../../execute/detach-matcher.ts';
import {ignoresInterrupt} from '../../kernel/ignores-interrupt.ts';
import {terminalKeys} from '../../execute/terminal-keys.ts';
import {exitOf} from '../state/exit-of.ts';
import {followOutput, type TakeBytes} from '../logs/follow-output.ts';
import {resizer} from './resize-terminal.ts';

/** How a caller joins a container. */
export interface AttachRequest {
	/** Pass standard input on, where the container has one. */
	readonly stdin: boolean;
	/** Pass signals on, where the container has no terminal. */
	readonly signals: boolean;
	/** Tells the person at the terminal something. */
	readonly say: (text: string) => void;
	/** Bytes that leave it on a terminal; by default those of the configuration. */
	readonly detachKeys?: readonly number[];
	/** Calls back for each signal of the caller's process; gives the way to stop. */
	readonly onSignal: (callback: (signal: StopSignal) => void) => () => void;
}

/** Why a caller and a container are not joined any more: in all but the first the container runs on. */
export type AttachEnd =
	| {readonly kind: 'ended'; readonly exitCode: number}
	| {readonly kind: 'detached'}
	| {readonly kind: 'reader gone'}
	| {readonly kind: 'signal'; readonly signal: StopSignal};

/** At this many signals the caller is let go though the container does not end: it may ignore them. docker's number too. */
const signalsToLeave = 3;

/**
 * Joins the streams of this process with those of a detached container: what it prints from now on, as it is, and what is
 * typed. On a terminal of its own the caller's is raw meanwhile, and given back whatever happens.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_PERMISSION, E_PAUSED, E_STATE when it ended and nobody knows how, E_USAGE for a
 * container in the foreground, whose streams are those of whoever started it.
 */
export async function attachTo(machine: Machine, name: string, request: AttachRequest): Promise<AttachEnd> {
	const record = joinable(machine, name);
	const made = record.detached.made;
	const tty = made.tty ?? false;
	const over = new AbortController();
	let leave: (end: AttachEnd) => void = () => {};
	const left = new Promise<AttachEnd>(resolve => (leave = resolve));
	const closers: (() => void)[] = [];
	try {
		const output = openOutput(machine, record.name, () => leave({kind: 'reader gone'}));
		closers.push(output.close);
		const toContainer =
			request.stdin && (tty || (made.stdinOpen ?? false)) ? openInput(machine, record.name) : undefined;
		if (tty) closers.push(passSize(machine, record));
		if (toContainer !== undefined) {
			const keys = tty ? (request.detachKeys ?? machine.detachKeys ?? usualDetachKeys) : [];
			const watch = terminalKeys({
				detachKeys: keys,
				deaf: () => ignoresInterrupt(machine.host, machine.facts, record.process, record.cgroups),
				does: 'leaves it running',
				say: text => {
					callerOutput(1).write('\n');
					request.say(text);
				},
				leave: () => leave({kind: 'detached'}),
			});
			closers.push(passInput(toContainer, tty, keys, watch, () => leave({kind: 'detached'})));
		}
		let told = 0;
		closers.push(
			request.onSignal(signal => {
				told += 1;
				// Our terminal has gone, or nobody is to be told: the container runs on.
				if (tty || !request.signals || signal === 'SIGHUP' || told >= signalsToLeave) leave({kind: 'signal', signal});
				else signalContainer(machine, record.name, signal).catch(() => {});
			}),
		);
		const ended = exitStatus(machine, record, over.signal).then(async (exitCode): Promise<AttachEnd> => {
			await Promise.race([output.finish(), left]);
			return {kind: 'ended', exitCode};
		});
		ended.catch(() => {});
		return await Promise.race([left, ended]);
	} finally {
		over.abort();
		for (const close of closers.toReversed()) close();
	}
}

type JoinableRecord = RunningRecord & {readonly detached: NonNullable<RunningRecord['detached']>};

function joinable(machine: Machine, name: string): JoinableRecord {
	const record = runningContainer(machine, name);
	const {detached} = record;
	if (detached === undefined)
		throw new TsboxError('E_USAGE', `${name} runs in the foreground`, {
			why: `its streams are those of tsbox ${record.owner.pid}, which started it`,
			hint: `go to that terminal, start it with \`tsbox up -d\`, or run another command in it with \`tsbox exec ${name}\``,
		});
	if (shownState(machine.host, record) === 'paused')
		throw new TsboxError('E_PAUSED', `${name} is paused, and would neither print nor read`, {
			hint: `\`tsbox unpause ${name}\` lets it go on`,
		});
	return {...record, detached};
}

function openInput({dirs}: Machine, name: string): number {
	const path = `${containerFolder(dirs.state, name)}/stdin`;
	try {
		const fd = openFifoWriter(path);
		if (fd !== undefined) return fd;
	} catch (error) {
		// Nobody holds its other end any more.
		if (['ENXIO', 'ENOENT'].includes(errnoOf(error) ?? '')) throw hasEnded(name);
		throw error;
	}
	throw new TsboxError('E_STATE', `${path} is not a pipe`, {hint: `start ${name} again`});
}

function openOutput(machine: Machine, name: string, gone: () => void) {
	const streams = [callerOutput(1), callerOutput(2)] as const;
	const taker =
		(stream: NodeJS.WriteStream): TakeBytes =>
		bytes =>
			new Promise(resolve => (stream.write(bytes) ? resolve() : stream.once('drain', resolve)));
	try {
		const output = followOutput(machine.host, logFolder(machine, name), {
			stdout: taker(streams[0]),
			stderr: taker(streams[1]),
		});
		for (const stream of streams) stream.on('error', gone);
		const close = (): void => {
			output.close();
			for (const stream of streams) stream.off('error', gone);
		};
		return {finish: output.finish, close};
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') throw hasEnded(name);
		throw error;
	}
}

/** Tells the container's terminal how large ours is, now and whenever that changes. */
function passSize({host, facts}: Machine, record: RunningRecord): () => void {
	const output = callerOutput(1);
	const terminal = keptTerminal(host, record.process);
	if (!output.isTTY || terminal === undefined) return () => {};
	const resize = resizer(host, facts, terminal);
	const onResize = (): void => void resize(output);
	output.on('resize', onResize);
	// A size that is the same changes nothing: a row more for a moment has the program draw itself anew, as docker does.
	void resize({rows: output.rows + 1, columns: output.columns}).then(onResize);
	return () => void output.off('resize', onResize);
}

/** Passes on what is typed; on a terminal until the detach keys. */
function passInput(
	fd: number,
	tty: boolean,
	keys: readonly number[],
	watch: (bytes: Uint8Array) => void,
	detached: () => void,
): () => void {
	const input = callerInput();
	const toContainer = pipeStream(fd, 'write');
	const matcher = tty && input.isTTY ? detachMatcher(keys) : undefined;
	toContainer.on('error', () => {});
	// A terminal that was closed can't be read, nor given back: SIGHUP tells of it.
	const onError = (): void => {};
	input.on('error', onError);
	const onData = (bytes: Buffer): void => {
		const {pass, detached: isOver} = matcher?.feed(bytes) ?? {pass: bytes, detached: false};
		// A container that does not read is waited for, once the pipe and our own buffer are full.
		if (pass.length > 0 && !toContainer.write(pass)) {
			input.pause();
			toContainer.once('drain', () => input.resume());
		}
		if (isOver) detached();
		else if (matcher !== undefined) watch(pass);
	};
	if (matcher !== undefined) input.setRawMode(true);
	input.on('data', onData);
	return () => {
		input.off('data', onData);
		releaseInput();
		input.off('error', onError);
		toContainer.destroy();
	};
}

/** How it ends. Where no supervisor writes that down, the shell that waits for the container has. */
async function exitStatus(machine: Machine, record: JoinableRecord, signal: AbortSignal): Promise<number> {
	const conf = containerFolder(machine.dirs.state, record.name);
	try {
		return await wait(machine, record.name, signal);
	} catch (error) {
		if (signal.aborted || machine.host.lstat(conf) === undefined) throw error;
		return exitOf(machine.host, record, conf, false);
	}
}
