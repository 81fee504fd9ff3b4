import {PassThrough, Writable} from 'node:stream';
import type {Machine} from '../container/machine/machine.ts';
import {planService} from '../container/plan/plan-container.ts';
import {upPlanned} from '../container/start/up.ts';
import type {RunEvent} from '../execute/event.ts';
import {closeDescriptor, openNothing} from '../host/programs/stdio.ts';
import {load} from '../library/load.ts';
import {freshName, named} from '../library/own-container.ts';
import type {Room} from './room/room.ts';
import {roomProcesses, roomTerminal} from './room/room-processes.ts';

/** A shell in a container with the default profile. */
export type TryShell = Pick<
	Room,
	'pid' | 'type' | 'onOutput' | 'foreground' | 'processes' | 'resize' | 'ended' | 'close'
>;

/** Options of {@link openTryShell}. */
export interface TryOptions {
	/** A value of the key `rootfs`. */
	readonly rootfs: string;
	readonly columns: number;
	readonly rows: number;
	/** Ends the shell, also while it starts. */
	readonly signal: AbortSignal;
	/** Gets everything that happens to the container. */
	readonly emit: (event: RunEvent) => void;
}

/** bash where there is one. A shell that is not busybox's or bash's shows the default prompt. */
const shell = 'command -v bash >/dev/null && exec bash --norc --noprofile; exec sh';

/**
 * Starts a shell in a container with the default profile. Resolves when it runs.
 *
 * @throws TsboxError when the container did not start. All steps have been rolled back.
 */
export async function openTryShell(machine: Machine, options: TryOptions): Promise<TryShell> {
	const {host} = machine;
	const {project, service} = await load({
		name: 'try',
		rootfs: options.rootfs,
		hostname: 'try',
		command: ['/bin/sh', '-c', shell],
		environment: {TERM: 'xterm-256color', LANG: 'C.UTF-8', PS1: '\\h:\\w\\$ '},
		stop_grace_period: '0s',
	});
	const planned = await planService(
		machine,
		project,
		named(service, freshName(service)),
		{},
		{
			tty: true,
			signal: options.signal,
			onRead: (archive, done, total) => options.emit({type: 'image.reading', at: host.now(), archive, done, total}),
		},
	);
	const input = new PassThrough();
	const listeners: ((bytes: Buffer) => void)[] = [];
	// What the shell shows before anybody listens is kept.
	const early: Buffer[] = [];
	const output = new Writable({
		write: (bytes: Buffer, _, done) => {
			if (listeners.length === 0) early.push(bytes);
			for (const listen of listeners) listen(bytes);
			done();
		},
	});
	let size = {columns: options.columns, rows: options.rows};
	let resized = (): void => {};
	const force = new AbortController();
	const nothing = openNothing();
	let started = (_pid: number): void => {};
	const running = new Promise<number>(resolve => (started = resolve));
	const ended = upPlanned(machine, planned, {
		verb: 'run',
		stdio: {stdin: nothing, stdout: nothing, stderr: nothing},
		tty: true,
		terminal: {
			input,
			output,
			size: () => size,
			onResize: callback => {
				resized = callback;
				return () => void (resized = () => {});
			},
		},
		signal: options.signal,
		force: force.signal,
		emit: event => {
			options.emit(event);
			if (event.type === 'container.started') started(event.pid);
		},
	}).finally(() => closeDescriptor(nothing));
	const pid = await Promise.race([
		running,
		ended.then((): never => {
			throw new TypeError('the container ended before it began');
		}),
	]);
	const over = ended.then(
		() => {},
		() => {},
	);
	return {
		pid,
		type: bytes => void input.write(bytes),
		onOutput: listen => {
			listeners.push(listen);
			for (const bytes of early.splice(0)) listen(bytes);
		},
		foreground: () => roomTerminal(host, pid)?.foreground,
		processes: () => roomProcesses(host, pid),
		resize: async (columns, rows) => {
			size = {columns, rows};
			resized();
		},
		ended: over,
		close: async () => {
			force.abort();
			await over;
		},
	};
}
