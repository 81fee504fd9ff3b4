import {closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats} from 'node:fs';
import {TsboxError} from '../../errors/tsbox-error.ts';

/**
 * The text of a configuration file that only root or the caller can have written: both own the file and any symlink to it, and
 * neither group nor others may write it. It reads the same open file that it checks.
 *
 * @throws TsboxError E_CONFIG for an untrusted file; errors of node:fs when it cannot be read.
 */
export function trustedText(path: string): string {
	checkOwner(path, lstatSync(path));
	// O_NONBLOCK: opening a FIFO would wait for a writer.
	const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const facts = fstatSync(fd);
		checkOwner(path, facts);
		if (!facts.isFile())
			throw new TsboxError('E_CONFIG', `${path} is not a file`, {hint: 'replace it with a file, or remove it'});
		if ((facts.mode & 0o022) !== 0)
			throw new TsboxError('E_CONFIG', `other users can write ${path}`, {
				why: 'they could control what tsbox does',
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
		hint: 'chown it, or pass another file with --config',
	});
}
