import {readFileSync, readlinkSync} from 'node:fs';

/** The variable through which the shell bin/tsbox tells Node that SIGHUP was ignored. */
const word = 'TSBOX_NOHUP';

/**
 * Whether SIGHUP was ignored when tsbox was started, as under nohup(1); if so, ignores it from now on. Node resets every
 * signal to its default action before any script runs (node::PlatformInit), so the shell in bin/tsbox has to check.
 *
 * @param guesses - there was no shell: this is the executable of build-exe.mjs
 */
export function keepIgnoringHangup(guesses: boolean): boolean {
	const isIgnored = process.env[word] !== undefined || (guesses && hasTraceOfNohup());
	// Child processes must not inherit the variable.
	delete process.env[word];
	if (isIgnored) process.on('SIGHUP', () => {});
	return isIgnored;
}

/**
 * Whether nohup(1) has left a trace. Bash and zsh write into `_` which program they start, and nohup passes it on. In place of a
 * terminal, nohup opens /dev/null for input, but only to write.
 */
function hasTraceOfNohup(): boolean {
	if (/(?:^|\/)nohup$/.test(process.env['_'] ?? '')) return true;
	try {
		const isForWriting = /^flags:\s*\d*1$/m.test(readFileSync('/proc/self/fdinfo/0', 'latin1'));
		return isForWriting && readlinkSync('/proc/self/fd/0') === '/dev/null';
	} catch {
		return false;
	}
}
