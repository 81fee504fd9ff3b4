import type {HostFacts} from '../facts.ts';
import type {Host, RunningProgram} from '../host.ts';

/**
 * Runs a text as a script of sh(1) on the host.
 *
 * @param pid - the value of `$pid` in it
 * @param timeoutMs - after which it is killed
 */
export async function runShell(
	host: Host,
	{tools: {sh}}: HostFacts,
	text: string,
	{
		signal,
		pid,
		timeoutMs,
	}: {readonly signal?: AbortSignal; readonly pid?: number | undefined; readonly timeoutMs?: number} = {},
): Promise<{readonly exitCode: number | undefined; readonly stderr: string}> {
	const words = sh === null ? ['sh'] : [sh.path, ...(sh.applet === null ? [] : [sh.applet])];
	const first = pid === undefined ? '' : `pid=${pid}\n`;
	signal?.throwIfAborted();
	// Not `host.run`: it loads more than a start of a container needs.
	const program = host.start([...words, '-c', `${first}${text}`], {stdio: ['ignore', 'ignore', 'pipe']});
	const kill = (): void => void host.kill(-program.pid, 'SIGKILL');
	const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs);
	signal?.addEventListener('abort', kill);
	const [said, {exitCode, startError}] = await Promise.all([endOf(program.pipes[2]), program.ended]);
	clearTimeout(timer);
	signal?.removeEventListener('abort', kill);
	return {exitCode, stderr: (startError?.message ?? said).trim()};
}

/** How much of what a script says is kept, characters. The end is kept because errors are there. */
const kept = 64 * 1024;

/** The last of what a stream says until it ends. */
export async function endOf(stream: RunningProgram['pipes'][number]): Promise<string> {
	let said = '';
	if (stream && 'setEncoding' in stream)
		for await (const text of stream.setEncoding('utf8')) said = `${said}${text}`.slice(-kept);
	return said;
}
