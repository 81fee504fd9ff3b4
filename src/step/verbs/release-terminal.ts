import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import {hostToolWords} from './toolbox.ts';

/**
 * The command line that releases the controlling terminal on descriptor 5 and becomes the command after it. setsid(1)
 * then makes the terminal the container's. Only root may take a terminal from a session that still has it:
 * TIOCSCTTY(2const). 0x5422 is TIOCNOTTY, whose SIGHUP must not end this process.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED without perl.
 */
export function releaseTerminalWords(facts: HostFacts): readonly string[] {
	const perl = hostToolWords(facts, 'perl');
	if (perl === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'an ordinary user needs perl for a container with a terminal', {
			why: 'no other program lets go of the terminal that it begins with',
			hint: 'install perl, or go without a terminal (-T)',
		});
	const program =
		'$^F=9;open T,"+<&=5" or die"$!\\n";$SIG{HUP}="IGNORE";ioctl T,0x5422,0;$SIG{HUP}="DEFAULT";exec{$ARGV[0]}@ARGV;die"$ARGV[0]: $!\\n"';
	return [...perl, '-e', program];
}
