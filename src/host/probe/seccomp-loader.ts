import type {HostFacts, ToolFacts, ToolName} from '../facts.ts';
import type {Host} from '../host.ts';
import {ask} from './ask.ts';

/**
 * The program that can load a seccomp filter: setpriv(1) since util-linux 2.41, or perl through its `syscall` function, which the probe
 * calls with an invalid number.
 *
 * @throws TsboxError E_SYSTEM when perl does not answer.
 */
export async function probeSeccompLoader(
	host: Host,
	tools: Readonly<Record<ToolName, ToolFacts | null>>,
): Promise<HostFacts['seccomp']['loader']> {
	if (tools.setpriv?.flags.includes('seccomp-filter') === true) return 'setpriv';
	if (tools.perl === null) return null;
	const {exitCode} = await ask(host, [tools.perl.path, '-e', 'exit(syscall(-1) == -1 ? 0 : 1)']);
	return exitCode === 0 ? 'perl' : null;
}
