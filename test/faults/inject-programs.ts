import programs, {type ChildProcess, type SpawnOptions} from 'node:child_process';
import type {Readable, Writable} from 'node:stream';
import type {Orders} from './fault.ts';
import {die, faultAt, isAimedAt, orders, place, shape, systemError, tell} from './orders.ts';
import {injectWrites} from './inject-writes.ts';

type Spawn = (file: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

/** Words that tell a program from the others; long scripts are told by their place in tsbox. */
function title(file: string, args: readonly string[]): string {
	const words = [file, ...args].map(word => word.split('\n')[0]?.slice(0, 60) ?? '');
	return shape(words.join(' ')).slice(0, 160);
}

/** The supervisor gets the same orders, from its side. */
function withOrders(args: readonly string[], options: SpawnOptions): readonly [readonly string[], SpawnOptions] {
	const more: Orders = {...orders, side: 'supervisor', asleep: orders.supervisorAsleep ?? false};
	return [['--require', orders.self, ...args], {...options, env: {...options.env, TSBOX_FAULT: JSON.stringify(more)}}];
}

/** Puts points around the start of each program, its end, what it tells on the status pipe, and what is written to it. */
export function injectPrograms(): void {
	const real = programs.spawn.bind(programs) as unknown as Spawn;
	const wrapped: Spawn = (file, args, options) => {
		const supervises = file === process.execPath && args.includes('supervise');
		const [words, settings] = supervises ? withOrders(args, options) : [args, options];
		const name = title(file, args);
		const how = faultAt(`program ${name} ${place()}`);
		if (how === 'before') die();
		const child =
			how === 'fail'
				? real('/bin/false', [], options)
				: how === 'hang'
					? // It goes on when somebody lets it, as a tool that waited for a disk does.
						real('/bin/sh', ['-c', 'kill -STOP $$; exec "$@"', 'sh', file, ...words], settings)
					: real(file, words, settings);
		if (how === 'after') die();
		if (how === 'hang') tell(`stopped ${child.pid ?? 0}`);
		follow(child, name);
		return child;
	};
	(programs as {spawn: unknown}).spawn = wrapped;
	const kill = process.kill.bind(process);
	process.kill = (pid, signal) => {
		const how = faultAt(`signal ${String(signal)} ${pid < 0 ? 'group' : 'process'} ${place()}`);
		if (how === 'before') die();
		if (how === 'fail') throw systemError('EPERM', 'kill', String(pid));
		const sent = kill(pid, signal);
		if (how === 'after') die();
		return sent;
	};
}

function follow(child: ChildProcess, name: string): void {
	const emit = child.emit.bind(child);
	child.emit = (event: string, ...args: unknown[]) => {
		if (event === 'exit' && faultAt(`ended ${name}`) === 'before') die();
		return emit(event, ...args);
	};
	for (const [fd, stream] of child.stdio.entries()) {
		if (stream === null || stream === undefined) continue;
		if ('write' in stream) injectWrites(stream as Writable, `${name} ${fd}`);
		if (fd === 3 && 'push' in stream) followStatus(stream as Readable);
	}
}

/** The lines of the status pipe are points each, in whatever pieces they come. */
function followStatus(pipe: Readable): void {
	const push = pipe.push.bind(pipe);
	let over = false;
	pipe.push = (chunk: unknown, ...rest: [BufferEncoding?]) => {
		if (over) return true;
		if (!Buffer.isBuffer(chunk)) return push(chunk, ...rest);
		const lines = chunk.toString('latin1').split(/(?<=\n)/);
		const at = lines.findIndex(line => isAimedAt(keyOf(line)));
		for (const line of at === -1 ? lines : lines.slice(0, at + 1)) {
			if (!line.startsWith('@')) continue;
			const how = faultAt(keyOf(line));
			if (how === undefined) continue;
			over = true;
			push(Buffer.from(lines.slice(0, at).join(''), 'latin1'));
			// What came before is dealt with first.
			if (how === 'before') setTimeout(die, 20);
			return true;
		}
		return push(chunk, ...rest);
	};
}

function keyOf(line: string): string {
	return `told ${shape(line.trim())}`;
}
