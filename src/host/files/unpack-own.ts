import {mkdirSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../errno.ts';
import {readPlainText} from './plain-text.ts';

/**
 * Writes files into a folder of the user's cache, if they are not there; XDG Base Directory Specification, XDG_CACHE_HOME.
 *
 * @param build - names the folder
 * @param files - texts by their paths in the folder
 * @throws TsboxError E_PERMISSION if somebody else could change the folder, E_SYSTEM without a home directory
 */
export function unpackOwn(
	env: Readonly<Record<string, string | undefined>>,
	build: string,
	files: Readonly<Record<string, string>>,
): string {
	const base = env['XDG_CACHE_HOME'] || `${env['HOME'] ?? ''}/.cache`;
	if (!base.startsWith('/') || base === '/.cache')
		throw new TsboxError('E_SYSTEM', 'there is no folder for the examples', {hint: 'set HOME to your home directory'});
	const folder = `${base}/tsbox/${build}`;
	// Under `sudo -E` the home directory belongs to another user, who could exchange a spec that root starts.
	for (let path = folder; path.length >= base.length; path = dirname(path)) refuseForeign(path);
	if (hasAll(folder, files)) return folder;
	const beside = `${folder}.${process.pid}`;
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(dirname(join(beside, name)), {recursive: true, mode: 0o700});
		writeFileSync(join(beside, name), text);
	}
	rmSync(folder, {recursive: true, force: true});
	try {
		renameSync(beside, folder);
	} catch (error) {
		rmSync(beside, {recursive: true});
		// Another tsbox was faster.
		if (!hasAll(folder, files)) throw error;
	}
	return folder;
}

/** Refuses a path of somebody else; of one that does not exist, its nearest ancestor. */
function refuseForeign(path: string): void {
	let existing = path;
	for (;;) {
		const {uid} = statSync(existing, {throwIfNoEntry: false}) ?? {};
		if (uid === process.geteuid?.()) return;
		if (uid !== undefined) break;
		existing = dirname(existing);
	}
	throw new TsboxError('E_PERMISSION', `the examples cannot be written to ${path}`, {
		why: `${existing} belongs to another user`,
		hint: 'set XDG_CACHE_HOME to a folder of yours',
	});
}

function hasAll(folder: string, files: Readonly<Record<string, string>>): boolean {
	try {
		return Object.entries(files).every(([name, text]) => readPlainText(join(folder, name)) === text);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return false;
	}
}
