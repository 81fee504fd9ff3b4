import type {Machine} from '../../container/machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {RunEvent} from '../../execute/event.ts';
import type {Box} from '../../library/box.ts';
import {up} from '../../library/up.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import {divideCgroup} from './divide-cgroup.ts';
import {roomProcesses, roomTerminal} from './room-processes.ts';
import {roomCommand} from './room-script.ts';
import {hasCgroups, roomSpec} from './room-spec.ts';
import {type RoomWord, wordFilter} from './room-words.ts';

/**
 * A practice room: a container of the machine's own files with a shell on a pty. Everything that the learner does ends with
 * it, also when this process is killed.
 */
export interface Room {
	/** The name of its container. */
	readonly name: string;
	/** The first process of the room, on the host. */
	readonly pid: number;
	/** Types on the keyboard of the room's terminal. */
	readonly type: (bytes: string | Buffer) => void;
	/** Calls back for what the terminal shows, without words and marks of prompts, in their order. */
	readonly onOutput: (listen: (bytes: Buffer) => void) => void;
	/**
	 * Calls back for each word that is typed in a shell of the room; the words are programs on its PATH. That is when the next
	 * prompt comes, so that the shell is in the foreground again.
	 */
	readonly onWord: (listen: (word: RoomWord, args: readonly string[]) => void) => void;
	/** Calls back before a shell shows its prompt, also a shell in another root. */
	readonly onPrompt: (listen: () => void) => void;
	/** The deepest process of the terminal's foreground process group, on the host; undefined before the shell has started. */
	readonly foreground: () => number | undefined;
	/** Whether the shell in the foreground is the outer one, whose end is the end of the room. */
	readonly atHome: () => boolean;
	/** All processes, on the host, parents before their children. */
	readonly processes: () => readonly number[];
	readonly resize: (columns: number, rows: number) => Promise<void>;
	/** Everything that happened to the container, from the first step to the last undo. */
	readonly events: AsyncIterable<RunEvent>;
	/** Resolves when the room is gone: its shell has ended, or it was closed. */
	readonly ended: Promise<void>;
	/** Kills everything in the room, and resolves when it is gone. */
	readonly close: () => Promise<void>;
}

/** Options of {@link openRoom}. */
export interface RoomOptions {
	readonly columns: number;
	readonly rows: number;
	/** Closes the room, also while it opens. */
	readonly signal: AbortSignal;
	/** Lines of sh that run in the lab folder before the shell; see `rootfsLines`. */
	readonly prepare?: readonly string[];
	/** The kind of terminal, terminfo(5); xterm-256color by default. */
	readonly term?: string;
}

/** How long a word waits for the prompt after it, ms. A script that says one shows no prompt. */
const promptMs = 300;

/**
 * Opens a practice room. Resolves when its first process runs.
 *
 * @throws TsboxError when the machine cannot have one.
 */
export async function openRoom(machine: Machine, options: RoomOptions): Promise<Room> {
	const {host, facts} = machine;
	if (facts.tools.script === null || facts.tools.stty === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no script or stty, which make the terminal of the room', {
			hint: 'install them (Debian: bsdutils and coreutils)',
		});
	const command = roomCommand({prepare: [], ...options});
	const box = await up(roomSpec(facts, command, {term: options.term ?? 'xterm-256color', env: process.env}), {
		machine,
		streams: true,
		signal: options.signal,
	});
	const pid = await pidOf(box);
	if (hasCgroups(facts) && facts.cgroup.layout === 'v2') divideCgroup(host, pid);
	const outputs: ((bytes: Buffer) => void)[] = [];
	const words: ((word: RoomWord, args: readonly string[]) => void)[] = [];
	const prompts: (() => void)[] = [];
	let told: (readonly [RoomWord, readonly string[]])[] = [];
	let late: NodeJS.Timeout | undefined;
	const tellWords = (): void => {
		clearTimeout(late);
		const all = told;
		told = [];
		for (const [word, args] of all) for (const listen of words) listen(word, args);
	};
	const filter = wordFilter({
		show: bytes => {
			for (const listen of outputs) listen(bytes);
		},
		word: (...said) => {
			told.push(said);
			clearTimeout(late);
			late = setTimeout(tellWords, promptMs);
		},
		prompt: () => {
			tellWords();
			for (const listen of prompts) listen();
		},
	});
	box.stdout?.on('data', filter);
	box.stderr?.resume();
	const ended = box.wait().then(
		() => {},
		() => {},
	);
	return {
		name: box.name,
		pid,
		type: bytes => void box.stdin?.write(bytes),
		onOutput: listen => void outputs.push(listen),
		onWord: listen => void words.push(listen),
		onPrompt: listen => void prompts.push(listen),
		foreground: () => roomTerminal(host, pid)?.foreground,
		atHome: () => {
			const terminal = roomTerminal(host, pid);
			return terminal === undefined || terminal.foreground === terminal.shell;
		},
		processes: () => roomProcesses(host, pid),
		resize: async (columns, rows) => {
			const stty = hostToolWords(facts, 'stty');
			const shell = roomTerminal(host, pid)?.shell;
			if (stty === undefined || shell === undefined) return;
			const size = ['rows', String(rows), 'cols', String(columns)];
			await host.start([...stty, '-F', `/proc/${shell}/fd/2`, ...size], {stdio: ['ignore', 'ignore', 'ignore']}).ended;
		},
		events: box.events,
		ended,
		close: async () => {
			await box.kill();
			await ended;
		},
	};
}

async function pidOf(box: Box): Promise<number> {
	for await (const event of box.events) if (event.type === 'container.started') return event.pid;
	throw new TypeError('the room has no first process');
}
