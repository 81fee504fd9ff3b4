import {TsboxError} from '../errors/tsbox-error.ts';
import {givenDescriptors} from '../host/programs/inherited-descriptors.ts';

/** Descriptors of the caller that a command is to have. */
export interface Preserved {
	readonly fds: readonly number[];
	/** What tells the command of those that are sockets to listen on: sd_listen_fds(3). */
	readonly env: readonly string[];
}

/**
 * The descriptors that `--preserve-fds` asks for, after those of a socket-activated service: LISTEN_FDS of sd_listen_fds(3). A caller may ask
 * for more than it gives, as crun allows, but not for any without giving one.
 *
 * @param count - how many at most, after those to listen on
 * @throws TsboxError E_USAGE where the caller gave none.
 */
export function preservedOf(
	count: number,
	{env, pid, warn}: {env: Readonly<Record<string, string | undefined>>; pid: number; warn: (text: string) => void},
): Preserved {
	const {LISTEN_FDS: listen = '', LISTEN_PID: listener = ''} = env;
	const isMeant = /^\d{1,4}$/.test(listen) && (listener === '' || listener === String(pid));
	const sockets = isMeant ? Number(listen) : 0;
	if (!Number.isInteger(count) || count < 0)
		throw new TsboxError('E_USAGE', `invalid value for --preserve-fds: ${count}`, {hint: 'write a whole number'});
	const given = givenDescriptors(sockets + count);
	const gap = given.indexOf(undefined, sockets);
	if (gap !== -1) {
		const missing = `unable to stat preserved-fd ${gap - sockets} (of ${count}): no such file or directory`;
		if (gap === sockets) throw new TsboxError('E_USAGE', missing, {hint: `open descriptor ${3 + gap} before the call`});
		warn(`${missing}; the command gets those before it`);
	}
	return {
		fds: given.filter(fd => fd !== undefined),
		env: isMeant ? [`LISTEN_FDS=${listen}`, 'LISTEN_PID=1'] : [],
	};
}
