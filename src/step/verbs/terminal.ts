import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {hostToolWords} from './toolbox.ts';
import {type InsideVerb, needsNothing} from './verb.ts';

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

/** Connects to the socket of an engine, which is to get the master of the terminal, as long as its path can be reached. */
export interface ConnectConsoleAction {
	readonly kind: 'connectConsole';
	readonly socket: string;
}

export const connectConsole: InsideVerb<ConnectConsoleAction> = {
	shown: ({socket}) => [`# connect(9, ${shellWord(socket)})`],
	needs: needsNothing,
	insideLines: action => connectConsole.shown(action, ''),
};

/** Makes a terminal of the container's own /dev/pts, which becomes its streams, and sends the master to the engine. */
export interface OpenConsoleAction {
	readonly kind: 'openConsole';
	readonly rows: number;
	readonly columns: number;
	/** Who may open it again. */
	readonly uid: number;
	/** Where it is bound to; null for none. */
	readonly target: string | null;
}

export const openConsole: InsideVerb<OpenConsoleAction> = {
	shown: ({target}) => [
		'# open("/dev/pts/ptmx"), and sendmsg(9, SCM_RIGHTS)',
		...(target === null ? [] : [`mount --bind "$tty" ${shellWord(target)}`]),
	],
	needs: needsNothing,
	insideLines: action => openConsole.shown(action, ''),
};
