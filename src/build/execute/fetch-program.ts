import type {Readable} from 'node:stream';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {dyingWithUs} from '../../host/programs/dying-with-us.ts';

/** How a program that fetches something ended. */
export interface Fetched {
	/** 127 when there is no such program. */
	readonly exitCode: number | undefined;
	/** The beginning of what it printed on standard error. */
	readonly said: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Runs a program that fetches something, and ends with this process.
 *
 * @param what - for the message when it is interrupted: `fetching URL`
 * @throws TsboxError E_INTERRUPTED.
 */
export async function fetchProgram(
	host: Host,
	words: readonly string[],
	{
		env,
		what,
		signal,
	}: {readonly env: Readonly<Record<string, string>>; readonly what: string; readonly signal?: AbortSignal | undefined},
): Promise<Fetched> {
	const program = host.start([...dyingWithUs(host), ...words], {stdio: ['ignore', 'ignore', 'pipe'], env});
	const kill = (): void => void (program.pid > 0 && host.kill(-program.pid, 'SIGKILL'));
	signal?.addEventListener('abort', kill, {once: true});
	let said = '';
	const stderr = program.pipes[2] as Readable | null | undefined;
	stderr?.setEncoding('utf8').on('data', (text: string) => {
		said = (said + text).slice(0, 4096);
	});
	const {exitCode, startError} = await program.ended;
	signal?.removeEventListener('abort', kill);
	if (signal?.aborted === true)
		throw new TsboxError('E_INTERRUPTED', `${what} was interrupted`, {cause: signal.reason});
	// setpriv(1) ends with 127 when there is no such program.
	return startError === undefined ? {exitCode, said: said.trim()} : {exitCode: 127, said: startError.message};
}

/** The variables that name proxies. */
export function proxiesOf(env: Variables): Readonly<Record<string, string>> {
	return pickVariables(env, /^(?:https?|ftp|no|all)_proxy$/i);
}

/** The variables whose names fit. */
export function pickVariables(env: Variables, names: RegExp): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(env).flatMap(([name, value]) => (names.test(name) && value !== undefined ? [[name, value]] : [])),
	);
}
