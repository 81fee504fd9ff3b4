import {randomBytes} from 'node:crypto';
import {dirname} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../facts.ts';
import type {Host} from '../host.ts';

/**
 * Files that the C library reads from whatever is the root: after the root was changed that is the container's, and a tool
 * of the host that still has all powers would load the libraries that they name (`/etc/ld.so.preload` of the loader, the
 * modules of `/etc/nsswitch.conf`), or believe them who somebody is. No option of the loader turns them off, so that in the
 * copies their names are empty, and opening them ends with ENOENT. ld.so(8), nsswitch.conf(5), nscd(8).
 */
const blanked: Readonly<Record<'loader' | 'libc', readonly string[]>> = {
	loader: ['/etc/ld.so.preload', '/etc/ld.so.cache'],
	libc: ['/etc/nsswitch.conf', '/etc/passwd', '/etc/group', '/etc/ld.so.cache'],
};

/**
 * The socket of nscd(8) is put together from pieces, of which this is the first. An empty name would be one of unix(7)'s
 * abstract addresses, at which a container can listen; below /dev/null there is nothing.
 */
const nscd = {text: '/var/run/nscd/so', put: '/dev/null/scd/so'} as const;

/** Part of a toolbox's name: raised when copies are made in another way. */
export const sealing = 2;

/** A place in a copy that is changed. */
export interface Blank {
	readonly file: string;
	readonly offset: number;
	/** What is there before, and what is put over its beginning. */
	readonly text: string;
	readonly put: string;
}

/** Where toolboxes are kept. */
export function toolboxesFolder(store: string): string {
	return `${store}/tools`;
}

/**
 * The toolbox of a machine: a folder below the store, made once.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED where there are no tools.
 */
export function toolboxFolder({toolbox}: Pick<HostFacts, 'toolbox'>, store: string): string {
	if (toolbox.kind === 'copy') return `${toolboxesFolder(store)}/${toolbox.id}`;
	throw new TsboxError('E_HOST_UNSUPPORTED', 'the tools of this machine cannot be used inside a new root', {
		why: toolbox.why,
		hint: 'see `tsbox doctor`',
	});
}

/** The GNU loader and C library by their names; musl's have no such files. */
function kindOf(path: string): 'loader' | 'libc' | undefined {
	const name = path.slice(path.lastIndexOf('/') + 1);
	if (/^ld-(linux|\d)/.test(name) || /^ld(64)?\.so\./.test(name)) return 'loader';
	return /^libc(\.so\.6|-\d.*\.so)$/.test(name) ? 'libc' : undefined;
}

/** Whether a file is one whose names are blanked. */
export function isSealed(file: string): boolean {
	return kindOf(file) !== undefined;
}

/**
 * The places of a file that must be blanked.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a loader that does not have what every GNU loader has: it could not be sealed.
 */
export function blanksOf(file: string, bytes: Buffer): readonly Blank[] {
	const kind = kindOf(file);
	if (kind === undefined) return [];
	const blanks = blanked[kind].flatMap(text => {
		const found: Blank[] = [];
		// Whole strings alone: a longer one may end with the same letters.
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
	throw new TsboxError('E_HOST_UNSUPPORTED', `${file} can't be made safe to run inside a container`, {
		why: `it does not hold the name ${first ?? ''}, so it is not known which files of the container it would obey`,
		hint: 'tell what system this is: it is one that tsbox does not know',
	});
}

/** The longest file that is copied, bytes. */
const longest = 256 * 1024 * 1024;

/**
 * Makes the toolbox where it is missing: copies at the same paths below it, the loader and the C library with the names
 * blanked. It is there whole or not at all.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, or the system's error.
 */
export function sealTools(host: Host, facts: Pick<HostFacts, 'toolbox'>, store: string): string {
	const folder = toolboxFolder(facts, store);
	if (facts.toolbox.kind !== 'copy' || host.lstat(folder) !== undefined) return folder;
	// A process may make several at once, in threads of its own.
	const fresh = `${folder}.new-${process.pid}-${randomBytes(6).toString('hex')}`;
	host.mkdirs(store, 0o700);
	// The container's own ids may have to go through it.
	makeOpen(host, toolboxesFolder(store));
	try {
		for (const file of facts.toolbox.files) copySealed(host, file, fresh);
		host.rename(fresh, folder);
	} catch (error) {
		host.removeTree(fresh);
		// Another one may have been faster, and its copies are as good.
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

/** The folders above a file, from the top on. */
function parents(file: string, top: string): readonly string[] {
	const found: string[] = [];
	for (let folder = dirname(file); folder.length >= top.length; folder = dirname(folder)) found.unshift(folder);
	return found;
}
