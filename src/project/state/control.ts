import {present} from '../../spec/syntax/pick.ts';
import {createConnection, createServer, type Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {isError, messageOf, toError} from '../../errors/is-error.ts';
import {asForeseen} from '../../errors/system-failure.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {type ErrorCode, errorCodes} from '../../errors/codes.ts';
import {trace} from '../../host/trace.ts';
import {listenPrivately, removeSocket} from '../../host/files/private-socket.ts';
import type {ProjectEvent} from './event.ts';
import type {ProjectRequest} from './project-folder.ts';

/** How `up` treats containers that are there already. */
export interface UpManner {
	/** Services whose containers are recreated even if nothing changed. `none`: no container is recreated. */
	readonly recreate?: readonly string[] | 'all' | 'none';
	/** Remove containers whose service is not in the spec. */
	readonly removeOrphans?: boolean;
	/** Give recreated containers new anonymous volumes. */
	readonly renewVolumes?: boolean;
	/** The services that are named neither start what they depend on nor wait for it. */
	readonly noDeps?: boolean;
	/** Create, but do not start. */
	readonly noStart?: boolean;
	/** How long a recreated or removed container may take to stop, ms. */
	readonly stopMs?: number;
}

/** A request to a supervisor. An empty `services` selects all services of the project. */
export type ControlRequest =
	/** Brings services in line with the spec; answers when each runs, is healthy (`wait`), or has failed. */
	| {
			readonly verb: 'up';
			readonly project: ProjectRequest;
			readonly wait: boolean;
			/** With `wait`: a service that ends is no error. */
			readonly mayEnd?: boolean;
			readonly timeoutMs?: number;
			/** Answer only when all of them have ended and no policy restarts them. */
			readonly stay?: boolean;
			readonly manner?: UpManner;
	  }
	/** Sends events until these containers have ended and no policy restarts them, or the client disconnects. */
	| {readonly verb: 'stay'; readonly names: readonly string[]}
	| {readonly verb: 'start' | 'status'; readonly services: readonly string[]}
	| {readonly verb: 'stop'; readonly services: readonly string[]; readonly timeoutMs?: number}
	| {
			readonly verb: 'restart';
			readonly services: readonly string[];
			readonly timeoutMs?: number;
			/** Leave alone what asks to be restarted along with them. */
			readonly noDeps?: boolean;
	  }
	| {
			readonly verb: 'remove';
			readonly services: readonly string[];
			readonly timeoutMs?: number;
			/** Also remove their anonymous volumes. */
			readonly volumes?: boolean;
	  }
	/** Starts a container of its own beside those of its service, which `overrides` of the project describe. */
	| {readonly verb: 'run'; readonly project: ProjectRequest; readonly service: string; readonly remove: boolean}
	/** Stops and removes all, then ends the supervisor. */
	| {readonly verb: 'down'; readonly timeoutMs?: number}
	/** Sends events until the client disconnects or the project is down. */
	| {readonly verb: 'events'};

/** The state of one container of a service, as `status` answers it. */
export interface ServiceStatus {
	readonly service: string;
	readonly name: string;
	readonly status: string;
	readonly health: string;
	readonly exitCode: number | null;
	readonly restarts: number;
	readonly pid: number;
}

/** One line from a supervisor. */
type Line =
	| {readonly event: ProjectEvent}
	| {readonly done: readonly ServiceStatus[]}
	| {readonly error: {readonly code: string; readonly message: string; readonly why?: string; readonly hint?: string}};

/** Carries out a request and returns the resulting state of the services. */
export type ControlHandler = (
	request: ControlRequest,
	tell: (event: ProjectEvent) => void,
	gone: AbortSignal,
) => Promise<readonly ServiceStatus[]>;

/** The most bytes of a request; an `up` request contains the client's environment. */
const longestRequest = 4 * 1024 * 1024;

/**
 * Listens at a socket that only its owner can open. The protocol is JSON lines: one request, then events and the answer.
 * Settles when it listens; returns the function that closes it.
 */
export async function serve(path: string, handle: ControlHandler): Promise<() => void> {
	// Connections without a request yet. Closing them lets their clients ask the next supervisor.
	const unheard = new Set<Socket>();
	const server = createServer(socket => {
		unheard.add(socket);
		void answer(socket, handle, () => void unheard.delete(socket));
	});
	await listenPrivately(server, path);
	return () => {
		server.close();
		for (const socket of unheard) socket.destroy();
		removeSocket(path);
	};
}

async function answer(socket: Socket, handle: ControlHandler, heard: () => void): Promise<void> {
	const gone = new AbortController();
	socket.on('error', () => {});
	socket.once('close', () => gone.abort());
	const say = (line: Line): void => void (socket.writable && socket.write(`${JSON.stringify(line)}\n`));
	try {
		const request = await requestFrom(socket).finally(heard);
		trace('supervisor', () => `asked: ${requestText(request)}`);
		const done = await handle(request, event => say({event}), gone.signal);
		trace('supervisor', () => `answered: ${requestText(request)}`);
		say({done});
	} catch (cause) {
		const error = asForeseen(cause);
		trace('supervisor', () => `failed: ${messageOf(error)}`);
		say({
			error: isTsboxError(error)
				? {
						code: error.code,
						message: error.message,
						...present({why: error.why, hint: error.hint}),
					}
				: {code: 'E_STATE', message: messageOf(error)},
		});
	} finally {
		socket.end();
	}
}

/** A request for the trace, without the spec and environment, which may contain secrets. */
function requestText(request: ControlRequest): string {
	const names = 'services' in request ? request.services : 'names' in request ? request.names : [];
	return [request.verb, ...names].join(' ');
}

function requestFrom(socket: Socket): Promise<ControlRequest> {
	return new Promise((resolve, reject) => {
		let text = '';
		socket.setEncoding('utf8').on('data', (chunk: string) => {
			text += chunk;
			const end = text.indexOf('\n');
			if (text.length > longestRequest) socket.destroy();
			if (end === -1) return;
			try {
				resolve(JSON.parse(text.slice(0, end)) as ControlRequest);
			} catch (error) {
				reject(toError(error));
			}
		});
		socket.once('close', () => reject(new Error('the caller has gone')));
	});
}

/**
 * Sends a request to a supervisor and waits for the answer.
 *
 * @throws TsboxError the supervisor's error; E_STATE when it cannot be reached or goes away.
 */
export async function ask(
	path: string,
	request: ControlRequest,
	onEvent: (event: ProjectEvent) => void = () => {},
	signal?: AbortSignal,
): Promise<readonly ServiceStatus[]> {
	const socket = createConnection(path);
	const lines = createInterface({input: socket, crlfDelay: Infinity});
	const abort = (): void => {
		// node:readline does not notice that a socket is destroyed.
		lines.close();
		socket.destroy();
	};
	signal?.addEventListener('abort', abort, {once: true});
	let failure: unknown;
	socket.on('error', error => (failure = error));
	trace('supervisor', () => `ask ${path}: ${requestText(request)}`);
	socket.write(`${JSON.stringify(request)}\n`);
	try {
		for await (const text of lines) {
			const line = JSON.parse(text) as Line;
			trace(
				'supervisor',
				() => `told: ${'event' in line ? line.event.type : 'done' in line ? 'done' : line.error.message}`,
			);
			if ('event' in line) onEvent(line.event);
			else if ('done' in line) return line.done;
			else throw asError(line.error);
		}
	} catch (error) {
		if (isTsboxError(error)) throw error;
		failure = error;
	} finally {
		signal?.removeEventListener('abort', abort);
		socket.destroy();
	}
	if (signal?.aborted === true) throw new TsboxError('E_INTERRUPTED', 'interrupted', {cause: signal.reason});
	throw new TsboxError('E_STATE', wentAway, {
		...(isError(failure) ? {why: failure.message} : {}),
		hint: 'its containers keep running; run the command again to start a new supervisor',
	});
}

const wentAway = 'the supervisor of the project went away';

/** Whether the error is that of a supervisor that went away before it answered. */
export function hasGoneAway(error: unknown): boolean {
	return isTsboxError(error) && error.message === wentAway;
}

function asError({code, message, why, hint}: Extract<Line, {error: unknown}>['error']): TsboxError {
	const known: ErrorCode = code in errorCodes ? (code as ErrorCode) : 'E_STATE';
	return new TsboxError(known, message, {...(why === undefined ? {} : {why}), ...(hint === undefined ? {} : {hint})});
}
