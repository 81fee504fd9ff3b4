/** The variable through which the shell bin/tsbox tells Node that SIGHUP was ignored. */
const word = 'TSBOX_NOHUP';

/**
 * Whether SIGHUP was ignored when tsbox was started, as under nohup(1); if so, ignores it from now on. Node resets every
 * signal to its default action before any script runs (node::PlatformInit), so the shell in bin/tsbox has to check.
 */
export function keepIgnoringHangup(): boolean {
	const isIgnored = process.env[word] !== undefined;
	// Child processes must not inherit the variable.
	delete process.env[word];
	if (isIgnored) process.on('SIGHUP', () => {});
	return isIgnored;
}
