import type {Readable, Writable} from 'node:stream';
import type {HostFacts} from '../../host/facts.ts';
import type {RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {type JailedTool, jail, quoted} from './jail.ts';

/** Bytes of a tool's messages that are kept; the first ones tell the cause. */
const messageLimit = 8192;

/** A tool that runs in its jail. */
export interface JailedProgram {
	readonly stdin: Writable;
	readonly stdout: Readable;
	/** What it printed to stderr up to now. */
	messages(): string;
	/** Ends when the tool and all in its jail are gone; gives its exit status, 128 after a signal. Never rejects. */
	readonly ended: Promise<number>;
	kill(): void;
	/** The tool and its arguments as a shell would take them. */
	readonly command: string;
}

/**
 * Starts a tool in a jail on a folder.
 *
 * @param onMessage Told of each piece of stderr.
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
		/** The descriptor of the folder, for a tool that is `pinned`. */
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
	// The tool outlives unshare(1) by a moment when both are killed; stderr stays open as long as one of them runs.
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
		// The group's number is free for others once all of it is gone.
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
