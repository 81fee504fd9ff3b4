import type {Host} from '../../host/host.ts';

/** How long the container's parent shell may take to write the exit status, in ms. */
export const writtenWithin = 500;

/**
 * The exit status of a detached container's command, as its parent shell wrote it (execute/attach-detached.ts); undefined
 * before that.
 *
 * @param conf - the container's state folder
 */
export function writtenExit(host: Host, conf: string): number | undefined {
	const code = host.readText(`${conf}/exit`)?.trim() ?? '';
	return /^\d+$/.test(code) ? Number(code) : undefined;
}

/**
 * Corrects an exit status from unshare(1). Up to 2.42 it cannot end by SIGKILL like its child: it writes to a pipe whose
 * reader is gone, and ends by SIGPIPE instead.
 */
export function fromShell(code: number): number {
	return code === 141 ? 137 : code;
}
