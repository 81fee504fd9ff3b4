import {closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats} from 'node:fs';
import {TsboxError} from '../../errors/tsbox-error.ts';

/**
 * The text of a configuration file that nobody else could have written: it, and a link to it, are root's or the caller's
 * own, and neither its group nor others may write it. What is read is what was looked at.
 *
 * @throws TsboxError E_CONFIG where it may not be trusted; what node:fs throws where it can't be read.
 */
export function trustedText(path: string): string {
	checkOwner(path, lstatSync(path));
	// A FIFO would have open(2) wait.
	const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const facts = fstatSync(fd);
		checkOwner(path, facts);
		if (!facts.isFile())
			throw new TsboxError('E_CONFIG', `${path} is no file`, {hint: 'put a file there, or take it away'});
		if ((facts.mode & 0o022) !== 0)
			throw new TsboxError('E_CONFIG', `${path} may be written by others`, {
				why: 'who can write it could choose what tsbox does',
				hint: `chmod go-w ${path}`,
			});
		return readFileSync(fd, 'utf8');
	} finally {
		closeSync(fd);
	}
}

function checkOwner(path: string, {uid}: Stats): void {
	if (uid === 0 || uid === process.getuid?.()) return;
	throw new TsboxError('E_CONFIG', `${path} belongs to another user`, {
		why: 'its owner could choose where tsbox writes',
		hint: 'chown it, or name another with --config',
	});
}
