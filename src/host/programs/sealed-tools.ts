import {randomBytes} from 'node:crypto';
import {dirname} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../facts.ts';
import type {Host} from '../host.ts';

/**
 * Files that the C library reads from the current root. After the change of root that is the container's, and a host tool that
 * still has all privileges would load the libraries that they name (`/etc/ld.so.preload` of the loader, the
 * modules in `/etc/nsswitch.conf`), or trust them about users and groups. The loader has no option against that, so the names are
 * blanked in the copies, and opening them fails with ENOENT. ld.so(8), nsswitch.conf(5), nscd(8).
 */
const blanked: Readonly<Record<'loader' | 'libc', readonly string[]>> = {
	loader: ['/etc/ld.so.preload', '/etc/ld.so.cache'],
	libc: ['/etc/nsswitch.conf', '/etc/passwd', '/etc/group', '/etc/ld.so.cache'],
};

/**
 * libc builds the path of nscd(8)'s socket from pieces, of which this is the first. Blanking it would give an abstract address
 * of unix(7), on which a container can listen. Below /dev/null nothing can exist.
 */
const nscd = {text: '/var/run/nscd/so', put: '/dev/null/scd/so'} as const;

/** Part of a toolbox's name; increase it when copies are made differently. */
export const sealing = 3;

/**
 * Programs of the toolbox that write an id map for root, in place of newuidmap(1) and newgidmap(1): unshare(1) finds them by PATH.
 * Root needs no line in /etc/subuid to map any ids: user_namespaces(7). One write(2) has all rows.
 */
export const idMapPrograms: Readonly<Record<string, string>> = Object.fromEntries(
	(['uid', 'gid'] as const).map(kind => [
		`new${kind}map`,
		`#!/bin/sh\n# new${kind}map PID INSIDE OUTSIDE COUNT...\npid=$1\nshift\nprintf '%s %s %s\\n' "$@" > "/proc/$pid/${kind}_map"\n`,
	]),
);

/** The folder of {@link idMapPrograms} in a toolbox. */
export const idMapFolder = 'idmap';

/** A string to change in a copy. */
export interface Blank {
	readonly file: string;
	readonly offset: number;
	/** The string, and the bytes to write over its beginning. */
	readonly text: string;
	readonly put: string;
}

/** The folder of all toolboxes. */
export function toolboxesFolder(store: string): string {
	return `${store}/tools`;
}

/**
 * The toolbox folder of a machine. It is in the store and created only once.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED when there are no tools.
 */
export function toolboxFolder({toolbox}: Pick<HostFacts, 'toolbox'>, store: string): string {
	if (toolbox.kind === 'copy') return `${toolboxesFolder(store)}/${toolbox.id}`;
	throw new TsboxError('E_HOST_UNSUPPORTED', 'the tools of this machine cannot be used inside a new root', {
		why: toolbox.why,
		hint: 'see `tsbox doctor`',
	});
}

/** Recognizes the GNU loader and C library by name; musl reads no such files. */
function kindOf(path: string): 'loader' | 'libc' | undefined {
	const name = path.slice(path.lastIndexOf('/') + 1);
	if (/^ld-(linux|\d)/.test(name) || /^ld(64)?\.so\./.test(name)) return 'loader';
	return /^libc(\.so\.6|-\d.*\.so)$/.test(name) ? 'libc' : undefined;
}

/** Whether the copy of a file is changed. */
export function isSealed(file: string): boolean {
	return kindOf(file) !== undefined;
}

/**
 * The strings of a file that must be blanked.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a loader without the names that every GNU loader has: it could not be sealed.
 */
export function blanksOf(file: string, bytes: Buffer): readonly Blank[] {
	const kind = kindOf(file);
	if (kind === undefined) return [];
	const blanks = blanked[kind].flatMap(text => {
		const found: Blank[] = [];
		// Match whole strings only: a longer string may end the same way.
		for (
			let at = bytes.indexOf(`\0${text}\0`, 0, 'latin1');
			at !== -1;
			at = bytes.indexOf(`\0${text}\0`, at + 1, 'latin1')
		)
			found.push({file, offset: at + 1, text, put: '\0'});
		return found;
	});
	const [first] = blanked[kind];
	const socket = kind === 'libc' ? bytes.indexOf(`\0${nscd.text}`, 0, 'latin1') : -1;
	if (blanks.some(({text}) => text === first))
		return [...blanks, ...(socket === -1 ? [] : [{file, offset: socket + 1, ...nscd}])];
	throw new TsboxError('E_HOST_UNSUPPORTED', `${file} cannot be made safe to run inside a container`, {
		why: `it does not contain the name ${first ?? ''}, so tsbox cannot tell which files of the container it would obey`,
		hint: 'report this system as an issue: tsbox does not know it',
	});
}

/** The maximum size of a copied file, bytes. */
const longest = 256 * 1024 * 1024;

/**
 * Creates the toolbox if it is missing: copies at the same paths below its folder, with the names blanked in the loader and the C
 * library. The folder appears whole or not at all.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, or the system's error.
 */
export function sealTools(host: Host, facts: Pick<HostFacts, 'toolbox'>, store: string): string {
	const folder = toolboxFolder(facts, store);
	if (facts.toolbox.kind !== 'copy' || host.lstat(folder) !== undefined) return folder;
	// Several threads of one process may create it at once.
	const fresh = `${folder}.new-${process.pid}-${randomBytes(6).toString('hex')}`;
	host.mkdirs(store, 0o700);
	// Mode 0755, because the container's mapped ids may need to enter.
	makeOpen(host, toolboxesFolder(store));
	try {
		for (const file of facts.toolbox.files) copySealed(host, file, fresh);
		makeOpen(host, `${fresh}/${idMapFolder}`);
		for (const [name, text] of Object.entries(idMapPrograms))
			host.writeAtomic(`${fresh}/${idMapFolder}/${name}`, Buffer.from(text), 0o755);
		host.rename(fresh, folder);
	} catch (error) {
		host.removeTree(fresh);
		// Another process may have been faster; its copies are just as good.
		if (host.lstat(folder) === undefined) throw error;
	}
	return folder;
}

function copySealed(host: Host, file: string, to: string): void {
	const bytes = host.readBytes(file, 0, Math.min(longest, host.stat(file)?.size ?? 0));
	if (bytes === undefined) throw new TsboxError('E_HOST_UNSUPPORTED', `${file} is gone`, {hint: 'try again'});
	for (const {offset, put} of blanksOf(file, bytes)) bytes.write(put, offset, 'latin1');
	for (const parent of parents(`${to}${file}`, to)) makeOpen(host, parent);
	host.writeAtomic(`${to}${file}`, bytes, 0o755);
}

function makeOpen(host: Host, path: string): void {
	if (host.lstat(path) !== undefined) return;
	host.mkdirs(path, 0o755);
	host.chmod(path, 0o755);
}

/** The folders above a file, from the top down. */
function parents(file: string, top: string): readonly string[] {
	const found: string[] = [];
	for (let folder = dirname(file); folder.length >= top.length; folder = dirname(folder)) found.unshift(folder);
	return found;
}
