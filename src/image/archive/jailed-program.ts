import type {Readable, Writable} from 'node:stream';
import type {HostFacts} from '../../host/facts.ts';
import type {RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {type JailedTool, jail, quoted} from './jail.ts';

/** How much of a tool's messages is kept, bytes; the first ones name the cause. */
const messageLimit = 8192;

/** A running tool in its jail. */
export interface JailedProgram {
	readonly stdin: Writable;
	readonly stdout: Readable;
	/** Its stderr so far. */
	messages(): string;
	/** Resolves with the exit status, 128 after a signal, when the tool and everything in its jail are gone. Never rejects. */
	readonly ended: Promise<number>;
	kill(): void;
	/** The tool and its arguments, quoted for a shell. */
	readonly command: string;
}

/**
 * Starts a tool in a jail on a folder.
 *
 * @param onMessage Called with all of stderr so far, whenever there is more.
 * @throws TsboxError E_HOST_UNSUPPORTED, E_PERMISSION as {@link jail}.
 */
export function startJailed(
	host: Host,
	facts: HostFacts,
	tool: JailedTool,
	folder: string,
	{
		toolbox,
		ids,
		pinned,
		onMessage,
	}: {
		/** The folder with the copied tools. */
		readonly toolbox: string;
		readonly ids?: RangeMap | undefined;
		/** The folder's descriptor, for a tool that is `pinned`. */
		readonly pinned?: number | undefined;
		readonly onMessage?: (text: string) => void;
	},
): JailedProgram {
	const {argv} = jail(facts, tool, toolbox, ids);
	const program = host.start([...argv, folder], {
		stdio: ['pipe', 'pipe', 'pipe', ...(pinned === undefined ? [] : [pinned])],
	});
	const [stdin, stdout, stderr] = program.pipes;
	if (!isWritable(stdin) || !isReadable(stdout) || !isReadable(stderr))
		throw new TypeError('a started program has no pipes');
	let messages = '';
	stderr.setEncoding('utf8').on('data', (text: string) => {
		messages = (messages + text).slice(0, messageLimit);
		onMessage?.(messages);
	});
	// When both are killed, the tool briefly outlives unshare(1). stderr stays open until both are gone.
	const closed = new Promise<void>(resolve => stderr.once('close', resolve));
	let over = false;
	const ended = Promise.all([program.ended, closed]).then(([{exitCode, startError}]) => {
		over = true;
		if (startError !== undefined) messages += startError.message;
		return exitCode ?? 128;
	});
	return {
		stdin,
		stdout,
		messages: () => messages.trim(),
		ended,
		// Once the process group is gone, its number may belong to other processes.
		kill: () => void (over || host.kill(-program.pid, 'SIGKILL')),
		command: [tool.tool, ...tool.args].map(quoted).join(' '),
	};
}

function isWritable(pipe: Readable | Writable | null | undefined): pipe is Writable {
	return pipe !== null && pipe !== undefined && 'write' in pipe;
}

function isReadable(pipe: Readable | Writable | null | undefined): pipe is Readable {
	return pipe !== null && pipe !== undefined && 'read' in pipe;
}
