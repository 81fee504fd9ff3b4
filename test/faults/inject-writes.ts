import net, {type Socket} from 'node:net';
import type {Writable} from 'node:stream';
import {die, faultAt, place, shape, systemError} from './orders.ts';

/** What is written, in a few words: of a line of JSON its kind. */
function title(chunk: unknown): string {
	const text = String(chunk);
	const kind = /"(?:type|verb)":"([\w.-]+)"/.exec(text)?.[1] ?? /^\{"(\w+)"/.exec(text)?.[1];
	return kind ?? shape(text.split('\n')[0]?.slice(0, 40) ?? '');
}

/** Puts points around each write to a pipe or socket, and around its end. */
export function injectWrites(stream: Writable, name: string): void {
	const write = stream.write.bind(stream) as (...args: readonly unknown[]) => boolean;
	const end = stream.end.bind(stream) as (...args: readonly unknown[]) => Writable;
	const aimed = stream as unknown as {write: unknown; end: unknown};
	aimed.write = (...args: readonly unknown[]) => {
		const how = faultAt(`write ${name} ${title(args[0])} ${place()}`);
		if (how === 'before') die();
		if (how === 'hang') return true;
		if (how === 'fail') {
			stream.destroy(systemError('EPIPE', 'write', name));
			return false;
		}
		const more = write(...args);
		if (how === 'after') die();
		return more;
	};
	aimed.end = (...args: readonly unknown[]) => {
		const how = faultAt(`close ${name} ${place()}`);
		if (how === 'before') die();
		const ended = end(...args);
		if (how === 'after') die();
		return ended;
	};
}

/** Puts points around the sockets between a command and its supervisor. */
export function injectSockets(): void {
	const connect = net.createConnection as unknown as (path: string) => Socket;
	(net as unknown as {createConnection: unknown}).createConnection = (path: string) => {
		const how = faultAt(`socket connect ${place()}`);
		if (how === 'before') die();
		const socket = connect(how === 'fail' ? `${path}.none` : path);
		if (how === 'after') die();
		injectWrites(socket, 'request');
		return socket;
	};
	const create = net.createServer as unknown as (listener: (socket: Socket) => void) => net.Server;
	(net as unknown as {createServer: unknown}).createServer = (listener: (socket: Socket) => void) => {
		const server = create(socket => {
			injectWrites(socket, 'answer');
			listener(socket);
		});
		const listen = server.listen.bind(server) as (...args: readonly unknown[]) => net.Server;
		(server as unknown as {listen: unknown}).listen = (...args: readonly unknown[]) => {
			const how = faultAt(`socket listen ${place()}`);
			if (how === 'before') die();
			if (how === 'fail') {
				process.nextTick(() => server.emit('error', systemError('ENOSPC', 'listen', String(args[0]))));
				return server;
			}
			listen(...args);
			if (how === 'after') die();
			return server;
		};
		return server;
	};
}

/** Puts a point around the first thing that each place of the program prints, and one before the end of the process. */
export function injectOutput(): void {
	for (const name of ['stdout', 'stderr'] as const) {
		const stream = process[name];
		const write = stream.write.bind(stream) as (...args: readonly unknown[]) => boolean;
		(stream as unknown as {write: unknown}).write = (...args: readonly unknown[]) => {
			const how = faultAt(`output ${name} ${place()}`);
			if (how === 'before') die();
			const more = write(...args);
			if (how === 'after') die();
			return more;
		};
	}
	process.on('exit', () => {
		if (faultAt('exit') === 'before') die();
	});
}
