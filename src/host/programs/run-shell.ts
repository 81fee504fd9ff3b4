import type {HostFacts} from '../facts.ts';
import type {Host} from '../host.ts';

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
	const {exitCode, stderr} = await host.run([...words, '-c', `${first}${text}`], {
		...(signal === undefined ? {} : {signal}),
		...(timeoutMs === undefined ? {} : {timeoutMs}),
	});
	return {exitCode, stderr: stderr.trim()};
}
