import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {findProgram} from '../host/probe/tools.ts';

/**
 * The lines of ps(1) of some processes, with its heading.
 *
 * @param options - of ps; `-ef` without any
 * @throws TsboxError E_HOST_UNSUPPORTED without ps, E_USAGE for options that it refuses, or that print no numbers of processes.
 */
export async function processTable(host: Host, pids: readonly number[], options: readonly string[]): Promise<string> {
	const ps = findProgram(host, 'ps');
	if (ps === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this machine has no ps', {
			hint: 'install procps, or ask with --format json',
		});
	const {exitCode, stdout, stderr} = await host.run([ps, ...(options.length === 0 ? ['-ef'] : options)]);
	if (exitCode !== 0) throw new TsboxError('E_USAGE', `ps: ${stderr.trim()}`, {hint: 'see ps(1) for its options'});
	const [heading = '', ...lines] = stdout.trimEnd().split('\n');
	const column = heading.trim().split(/ +/).indexOf('PID');
	if (column === -1)
		throw new TsboxError('E_USAGE', "couldn't find PID field in ps output", {hint: 'choose options that print it'});
	const ours = lines.filter(line => pids.includes(Number(line.trim().split(/ +/)[column])));
	return [heading, ...ours].map(line => `${line}\n`).join('');
}
