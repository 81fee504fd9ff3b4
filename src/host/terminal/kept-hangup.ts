/** What bin/tsbox, as a shell, says to itself as a program of node(1). */
const word = 'TSBOX_NOHUP';

/**
 * Whether SIGHUP was ignored when tsbox was started, as under nohup(1); then it is ignored from here on. Node gives each
 * signal its default action before any script runs (node::PlatformInit), so that the shell in bin/tsbox has to look.
 */
export function keepIgnoringHangup(): boolean {
	const isIgnored = process.env[word] !== undefined;
	// It is for this process alone.
	delete process.env[word];
	if (isIgnored) process.on('SIGHUP', () => {});
	return isIgnored;
}
