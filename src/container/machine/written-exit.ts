import type {Host} from '../../host/host.ts';

/** How long the shell that is a container's parent may take to write down how it ended, ms. */
export const writtenWithin = 500;

/**
 * How a detached container's command ended, as the shell that is its parent wrote it down (execute/attach-detached.ts);
 * undefined as long as it has not.
 *
 * @param conf - the container's folder
 */
export function writtenExit(host: Host, conf: string): number | undefined {
	const code = host.readText(`${conf}/exit`)?.trim() ?? '';
	return /^\d+$/.test(code) ? Number(code) : undefined;
}

/**
 * unshare(1) up to 2.42 can't end by SIGKILL as its child did: it says so on a pipe, of which nobody reads the other end any
 * more, and ends by SIGPIPE.
 */
export function fromShell(code: number): number {
	return code === 141 ? 137 : code;
}
