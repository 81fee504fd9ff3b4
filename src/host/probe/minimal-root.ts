import {basename} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../host.ts';
import {readElf} from './elf.ts';
import {findProgram, librariesIn} from './tools.ts';

/** A root filesystem made from a few files of this machine. All paths in it are absolute and sorted. */
export interface MinimalRoot {
	/** Its programs and libraries, with the files of this machine that they are copies of. */
	readonly files: readonly {readonly path: string; readonly from: string}[];
	readonly links: readonly {readonly path: string; readonly to: string}[];
}

/** The programs of a root filesystem without BusyBox: a shell, and what one wants to look around with. */
export const smallPrograms: readonly string[] = `
	sh ls cat echo ps id hostname mount umount chroot unshare nsenter setpriv pivot_root mknod
	mkdir rmdir rm cp mv ln touch chmod chown stat readlink head tail grep sed wc cut dd
	sleep kill env true false uname ip ping
`
	.trim()
	.split(/\s+/);

/**
 * The files of `rootfs: minimal`: BusyBox with a link for each of its programs if this machine has it, else the shell and a few
 * programs, with their libraries.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED if a program cannot be read.
 */
export async function minimalRoot(host: Host): Promise<MinimalRoot> {
	const busybox = findProgram(host, 'busybox');
	const found = busybox === undefined ? smallPrograms : [];
	const copies = new Map<string, string>();
	const links = new Map<string, string>();
	if (busybox !== undefined) {
		for (const applet of await applets(host, busybox)) links.set(`/bin/${applet}`, 'busybox');
		links.delete('/bin/busybox');
		await add(host, copies, '/bin/busybox', busybox);
	}
	for (const name of found) {
		const real = findProgram(host, name);
		if (real === undefined) continue;
		// Several names of one program, such as those of coreutils in one file, are one copy.
		const path = `/bin/${basename(real)}`;
		if (path !== `/bin/${name}`) links.set(`/bin/${name}`, basename(real));
		if (!copies.has(path)) await add(host, copies, path, real);
	}
	const byPath = (a: {readonly path: string}, b: {readonly path: string}): number => (a.path < b.path ? -1 : 1);
	return {
		files: [...copies].map(([path, from]) => ({path, from})).sort(byPath),
		links: [...links].map(([path, to]) => ({path, to})).sort(byPath),
	};
}

/** The names that BusyBox has, one a line. */
async function applets(host: Host, busybox: string): Promise<readonly string[]> {
	const {exitCode, stdout} = await host.run([busybox, '--list']);
	const names = stdout.split('\n').filter(name => /^[\w[.+-]+$/.test(name));
	return exitCode === 0 && names.length > 0 ? names : ['sh', 'ls', 'cat'];
}

/** Adds a program, its loader and its libraries at the paths where the loader looks for them. */
async function add(host: Host, copies: Map<string, string>, path: string, from: string): Promise<void> {
	copies.set(path, from);
	const elf = readElf((offset, length) => host.readBytes(from, offset, length));
	const loader = elf?.interpreter ?? null;
	if (loader === null) return;
	const real = host.realpath(loader);
	if (real === undefined) throw unreadable(from, `its loader ${loader} is missing`);
	copies.set(loader, real);
	const {stdout, stderr} = await host.run([real, '--list', from]);
	const libraries = librariesIn(stdout);
	if (libraries.length === 0) throw unreadable(from, stderr.trim() || 'its loader lists no libraries');
	for (const library of libraries) {
		const file = host.realpath(library);
		if (file !== undefined) copies.set(library, file);
	}
}

function unreadable(path: string, why: string): TsboxError {
	return new TsboxError('E_HOST_UNSUPPORTED', `${path} cannot be copied into a root filesystem`, {
		why,
		hint: 'install a static busybox (Debian: busybox-static), or name an archive as `rootfs`',
	});
}
