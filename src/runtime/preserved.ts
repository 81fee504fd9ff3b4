import {TsboxError} from '../errors/tsbox-error.ts';
import {givenDescriptors} from '../host/programs/inherited-descriptors.ts';

/** Descriptors of the caller that a command is to have. */
export interface Preserved {
	readonly fds: readonly number[];
	/** What tells the command of those that are sockets to listen on: sd_listen_fds(3). */
	readonly env: readonly string[];
}

/**
 * The descriptors that `--preserve-fds` asks for, after those of a socket-activated service: LISTEN_FDS of sd_listen_fds(3).
 *
 * @param count - how many, after those to listen on
 * @throws TsboxError E_USAGE for one that the caller did not give.
 */
export function preservedOf(count: number, env: Readonly<Record<string, string | undefined>>, pid: number): Preserved {
	const {LISTEN_FDS: listen = '', LISTEN_PID: listener = ''} = env;
	const isMeant = /^\d{1,4}$/.test(listen) && (listener === '' || listener === String(pid));
	const sockets = isMeant ? Number(listen) : 0;
	if (!Number.isInteger(count) || count < 0)
		throw new TsboxError('E_USAGE', `invalid value for --preserve-fds: ${count}`, {hint: 'write a whole number'});
	const given = givenDescriptors(sockets + count);
	for (let at = 0; at < count; at += 1)
		if (given[sockets + at] === undefined)
			throw new TsboxError('E_USAGE', `unable to stat preserved-fd ${at} (of ${count}): no such file or directory`, {
				hint: `open descriptor ${3 + sockets + at} before the call`,
			});
	return {
		fds: given.filter(fd => fd !== undefined),
		env: isMeant ? [`LISTEN_FDS=${listen}`, 'LISTEN_PID=1'] : [],
	};
}
