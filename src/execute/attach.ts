import {randomBytes} from 'node:crypto';
import type {Readable, Writable} from 'node:stream';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host, RunningProgram, Stdio} from '../host/host.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';
import {
	callerInput,
	callerOutput,
	closeDescriptor,
	descriptorKind,
	onceUnwritable,
	openFifo,
	releaseInput,
} from '../host/programs/stdio.ts';
import {guardDescriptor} from '../step/script/guard-script.ts';
import {present} from '../spec/syntax/pick.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';
import {type PtyHolder, scriptHolder, socketHolder} from './terminal/pty-holder.ts';
import {callerTerminal, type TerminalEnds} from './terminal/terminal-ends.ts';
import {makeFifos} from './fifos.ts';
import {type GateForm, pipeGate} from './gate.ts';
import {limitTime, startGuarded} from './start-guarded.ts';

/** The caller's descriptors that the command inherits or is connected to. */
export interface CallerStdio {
	readonly stdin: number;
	readonly stdout: number;
	readonly stderr: number;
}

/** Gets a copy of the command's output as it arrives; must not throw. On a terminal, all output is `stdout`. */
export type OutputTap = (stream: 'stdout' | 'stderr', bytes: Buffer) => void;

/** How a container's standard streams are connected to the caller's. */
export interface Attachment {
	/** Starts the program with the ends of the gate as descriptors 3 and 4; by default pipes. */
	readonly launch: (argv: readonly string[], gate?: GateForm['ends']) => Promise<RunningProgram>;
	/** Starts the first process of a container by the rows of its calls; only where a launcher can. */
	readonly launchCalls?: ((rows: string) => Promise<RunningProgram>) | undefined;
	/** Gives a pty the caller's window size; does nothing without a pty. */
	readonly onProcess: (process: ProcessIdentity) => Promise<void>;
	/** Starts the transfer. The caller's terminal becomes raw only now. `typed` gets a copy of what is typed there. */
	readonly connect: (typed?: (bytes: Uint8Array) => void) => void;
	/** Waits for the last bytes, as long as a process holds the streams open. Then releases the streams. */
	readonly finish: () => Promise<void>;
	/**
	 * Restores the terminal and closes the streams at once. Unread bytes are lost. This is for a failed start, in which
	 * the processes that hold the streams open are not killed yet. May be called twice.
	 */
	readonly release: () => void;
}

/** Options of {@link attach}. */
export interface AttachOptions {
	/** Give the command its own pty. */
	readonly tty: boolean;
	/** The socket through which the container sends its pty; by default it gets one that script(1) makes. */
	readonly consoleSocket?: string | undefined;
	/** The terminal to connect the pty to; by default the caller's standard streams. */
	readonly terminal?: TerminalEnds | undefined;
	/** The container's state folder. */
	readonly conf: string;
	/** Gets a copy of the output. The command then writes to a FIFO and not to the caller's descriptor. */
	readonly tap?: OutputTap | undefined;
	/** Descriptors of the caller that the command is to have from 3 on. */
	readonly preserved?: readonly number[] | undefined;
	/** The time limit in whole seconds, which the guard enforces if this process has ended. */
	readonly limitSeconds?: number | undefined;
}

/**
 * Connects the command to the caller. Pipes and files are handed to the command as they are, so tsbox does not touch
 * their bytes. A terminal is never handed in: a process that holds it could type into the caller's shell (TIOCSTI,
 * CVE-2017-5226).
 *
 * @throws TsboxError E_USAGE when a standard stream is a folder, which would be a way out of the container
 * (CVE-2024-21626).
 */
export function attach(host: Host, facts: HostFacts, stdio: CallerStdio, options: AttachOptions): Attachment {
	for (const [name, fd] of Object.entries(stdio)) {
		if (descriptorKind(fd) === 'folder')
			throw new TsboxError('E_USAGE', `${name} is a folder`, {
				why: 'the container could reach the host through it',
				hint: `redirect ${name} from a file or a pipe`,
			});
	}
	return options.tty
		? attachTerminal(
				host,
				options.consoleSocket === undefined ? scriptHolder(host, facts) : socketHolder(facts, options.consoleSocket),
				options.terminal ?? callerTerminal(stdio.stdout, hostToolWords(facts, 'stty')),
				options,
			)
		: attachStreams(host, stdio, options);
}

function ends(stream: Readable | Writable | undefined | null): Promise<void> {
	return new Promise(resolve => {
		if (
			stream === undefined ||
			stream === null ||
			stream.destroyed ||
			('readableEnded' in stream && stream.readableEnded)
		)
			resolve();
		else stream.once('close', resolve).once('end', resolve);
	});
}

/** The container gets a pty of its own. tsbox relays between the program that holds it and a terminal. */
function attachTerminal(
	host: Host,
	holder: PtyHolder,
	terminal: TerminalEnds,
	{tap, preserved}: AttachOptions,
): Attachment {
	const {input, output} = terminal;
	let program: RunningProgram | undefined;
	let first: ProcessIdentity | undefined;
	let unsubscribe = (): void => {};
	const resize = async (): Promise<void> => {
		const size = terminal.size();
		if (program !== undefined && first !== undefined && size !== undefined) await holder.resize(program, first, size);
	};
	const release = (): void => {
		unsubscribe();
		input.unpipe();
		terminal.release?.();
		for (const pipe of program?.pipes.slice(0, guardDescriptor) ?? []) pipe?.destroy();
	};
	return {
		launch: async (argv, gate = pipeGate.ends) => {
			const stdio = ['pipe', 'pipe', holder.control, ...gate] as const;
			program = startGuarded(host, holder.words(argv), {stdio, ...present({env: holder.env})}, preserved);
			return program;
		},
		onProcess: async process => {
			first = process;
			await resize();
		},
		connect: typed => {
			const [toPty, fromPty] = program?.pipes ?? [];
			terminal.take?.(typed);
			if (toPty !== undefined && toPty !== null && 'write' in toPty) {
				toPty.on('error', () => {});
				input.pipe(toPty);
			}
			if (fromPty !== undefined && fromPty !== null && 'read' in fromPty) {
				if (tap !== undefined) fromPty.on('data', (bytes: Buffer) => tap('stdout', bytes));
				// The caller's terminal is gone, so the command's terminal must hang up too.
				terminal.onGone?.(() => {
					for (const pipe of program?.pipes.slice(1, 3) ?? []) pipe?.destroy();
				});
				fromPty.pipe(output, {end: false});
			}
			unsubscribe = terminal.onResize(() => void resize());
		},
		finish: async () => {
			await ends(program?.pipes[1]);
			release();
		},
		release,
	};
}

/** Without a pty, descriptors are handed in directly. Terminals and copied output go through a FIFO. */
function attachStreams(
	host: Host,
	stdio: CallerStdio,
	{conf, tap, limitSeconds, preserved}: AttachOptions,
): Attachment {
	let program: RunningProgram | undefined;
	const relays: {
		readonly stream: Readable & Writable;
		readonly fd: number;
		readonly copy: ((bytes: Buffer) => void) | undefined;
	}[] = [];
	const relay = async (name: 'stdin' | 'stdout' | 'stderr', fd: number): Promise<Stdio> => {
		const kind = descriptorKind(fd);
		if (kind === 'closed') return 'ignore';
		const isCopied = tap !== undefined && fd !== 0;
		if (kind !== 'terminal' && !isCopied) return fd;
		// Several commands may be attached to one container.
		const path = `${conf}/${randomBytes(6).toString('hex')}.fifo`;
		// 622 lets a command that is not root open /dev/stdout again, as it can with a pipe of the caller.
		await makeFifos(host, isCopied ? '622' : '600', [path]);
		// Both ends are open then, and nobody else needs its name.
		const {stream, theirs} = await openFifo(path, fd === 0 ? 'write' : 'read').finally(() => host.removeTree(path));
		const copy = tap === undefined || name === 'stdin' ? undefined : (bytes: Buffer) => tap(name, bytes);
		relays.push({stream, fd, copy});
		return theirs;
	};
	const release = (): void => {
		for (const {stream, fd} of relays) {
			if (fd === 0) releaseInput();
			stream.destroy();
		}
		for (const pipe of program?.pipes.slice(0, guardDescriptor) ?? []) pipe?.destroy();
	};
	return {
		launch: async (argv, gate = pipeGate.ends) => {
			const own = [
				await relay('stdin', stdio.stdin),
				await relay('stdout', stdio.stdout),
				await relay('stderr', stdio.stderr),
			];
			program = startGuarded(host, argv, {stdio: [...own, ...gate]}, preserved);
			for (const [at, fd] of own.entries())
				if (typeof fd === 'number' && fd !== [stdio.stdin, stdio.stdout, stdio.stderr][at]) closeDescriptor(fd);
			return program;
		},
		onProcess: async () => {},
		connect: () => {
			if (program !== undefined && limitSeconds !== undefined) limitTime(program, limitSeconds);
			for (const {stream, fd, copy} of relays) {
				stream.on('error', () => {});
				if (fd === 0) {
					callerInput().pipe(stream);
					continue;
				}
				if (copy !== undefined) stream.on('data', copy);
				// The reader has gone. The command's next write gets SIGPIPE, as it would without the relay.
				onceUnwritable(fd, () => stream.destroy());
				stream.pipe(callerOutput(fd), {end: false});
			}
		},
		finish: async () => {
			await Promise.all(relays.filter(({fd}) => fd !== 0).map(({stream}) => ends(stream)));
			release();
		},
		release,
	};
}
