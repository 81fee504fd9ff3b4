import type {Machine} from '../../container/machine/machine.ts';
import type {StopSignal} from '../../errors/interruption.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {logFolder} from '../../container/machine/log-folder.ts';
import {refuseOfEngine} from '../../container/machine/of-engine.ts';
import {hasEnded} from '../../container/machine/has-ended.ts';
import {type RunningRecord, runningContainer} from '../../container/machine/running-container.ts';
import {signalContainer} from '../../container/control/signal-container.ts';
import {wait} from '../../container/observe/wait.ts';
import {errnoOf} from '../../host/errno.ts';
import {
	callerInput,
	callerOutput,
	makeInputRaw,
	openFifoWriter,
	pipeStream,
	releaseInput,
} from '../../host/programs/stdio.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import {keptTerminal} from '../../host/terminal/terminal.ts';
import {usualDetachKeys} from '../../spec/values/detach-keys.ts';
import {containerFolder} from '../../state/record.ts';
import {shownState} from '../../state/freezer.ts';
import {detachMatcher} from '../../execute/terminal/detach-matcher.ts';
import {ignoresInterrupt} from '../../kernel/ignores-interrupt.ts';
import {terminalKeys} from '../../execute/terminal/terminal-keys.ts';
import {exitOf} from '../state/exit-of.ts';
import {followOutput, type TakeBytes} from '../logs/follow-output.ts';
import {resizer} from './resize-terminal.ts';

/** Options of {@link attachTo}. */
export interface AttachRequest {
	/** Forward standard input, if the container has one. */
	readonly stdin: boolean;
	/** Forward signals, if the container has no terminal. */
	readonly signals: boolean;
	/** Shows a message at the caller's terminal. */
	readonly say: (text: string) => void;
	/** The detach key sequence as bytes; by default from the configuration. */
	readonly detachKeys?: readonly number[];
	/** Calls back for each signal to the caller's process; returns the function that stops this. */
	readonly onSignal: (callback: (signal: StopSignal) => void) => () => void;
}

/** Why attaching ended. The container keeps running unless it is `ended`. */
export type AttachEnd =
	| {readonly kind: 'ended'; readonly exitCode: number}
	| {readonly kind: 'detached'}
	| {readonly kind: 'reader gone'}
	| {readonly kind: 'signal'; readonly signal: StopSignal};

/** After this many signals the caller detaches, as the container may ignore them. Docker uses the same number. */
const signalsToLeave = 3;

/**
 * Attaches the streams of this process to a detached container: forwards new output unchanged, and input. If the container has
 * a terminal, the caller's terminal is in raw mode meanwhile, and is always restored.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_PERMISSION, E_PAUSED, E_STATE when it ended with an unknown status, E_USAGE for a
 * container in the foreground, whose streams belong to the command that started it.
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
			const raw = (): void => makeInputRaw(hostToolWords(machine.facts, 'stty'));
			closers.push(passInput(toContainer, tty ? raw : undefined, keys, watch, () => leave({kind: 'detached'})));
		}
		let told = 0;
		closers.push(
			request.onSignal(signal => {
				told += 1;
				// Only detach: our terminal is gone, signals are not forwarded, or the container ignored them.
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
	refuseOfEngine(record, 'attach');
	const {detached} = record;
	if (detached === undefined)
		throw new TsboxError('E_USAGE', `${name} runs in the foreground`, {
			why: `its streams are those of tsbox ${record.owner.pid}, which started it`,
			hint: `go to that terminal, start it with \`tsbox up -d\`, or run another command in it with \`tsbox exec ${name}\``,
		});
	if (shownState(machine.host, record) === 'paused')
		throw new TsboxError('E_PAUSED', `${name} is paused and cannot be attached to`, {
			hint: `run \`tsbox unpause ${name}\` first`,
		});
	return {...record, detached};
}

function openInput({dirs}: Machine, name: string): number {
	const path = `${containerFolder(dirs.state, name)}/stdin`;
	try {
		const fd = openFifoWriter(path);
		if (fd !== undefined) return fd;
	} catch (error) {
		// The FIFO has no reader (ENXIO) or is gone: the container has ended.
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

/** Keeps the container's terminal at the size of the caller's. */
function passSize({host, facts}: Machine, record: RunningRecord): () => void {
	const output = callerOutput(1);
	const terminal = keptTerminal(host, record.process);
	if (!output.isTTY || terminal === undefined) return () => {};
	const resize = resizer(host, facts, terminal);
	const onResize = (): void => void resize(output);
	output.on('resize', onResize);
	// Setting the same size sends no SIGWINCH. One extra row for a moment makes the program redraw, as docker does.
	void resize({rows: output.rows + 1, columns: output.columns}).then(onResize);
	return () => void output.off('resize', onResize);
}

/** Forwards input; on a terminal, which `raw` makes raw, until the detach keys. */
function passInput(
	fd: number,
	raw: (() => void) | undefined,
	keys: readonly number[],
	watch: (bytes: Uint8Array) => void,
	detached: () => void,
): () => void {
	const input = callerInput();
	const toContainer = pipeStream(fd, 'write');
	const matcher = raw !== undefined && input.isTTY ? detachMatcher(keys) : undefined;
	toContainer.on('error', () => {});
	// Ignore errors: a closed terminal can be neither read nor restored, and SIGHUP reports it.
	const onError = (): void => {};
	input.on('error', onError);
	const onData = (bytes: Buffer): void => {
		const {pass, detached: isOver} = matcher?.feed(bytes) ?? {pass: bytes, detached: false};
		// Apply back pressure once the pipe and our buffer are full.
		if (pass.length > 0 && !toContainer.write(pass)) {
			input.pause();
			toContainer.once('drain', () => input.resume());
		}
		if (isOver) detached();
		else if (matcher !== undefined) watch(pass);
	};
	if (matcher !== undefined) raw?.();
	input.on('data', onData);
	return () => {
		input.off('data', onData);
		releaseInput();
		input.off('error', onError);
		toContainer.destroy();
	};
}

/** The container's exit status. If no supervisor records it, the shell that waits for the container has written it. */
async function exitStatus(machine: Machine, record: JoinableRecord, signal: AbortSignal): Promise<number> {
	const conf = containerFolder(machine.dirs.state, record.name);
	try {
		return await wait(machine, record.name, signal);
	} catch (error) {
		if (signal.aborted || machine.host.lstat(conf) === undefined) throw error;
		return exitOf(machine.host, record, conf, false);
	}
}
