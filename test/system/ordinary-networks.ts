import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import type {TestBox} from './box.ts';

/* Networks of ordinary users, for tests. */

const tun = '/dev/net/tun';

/** Whether ordinary users of this host can have networks. */
export const usersAreAble =
	process.getuid?.() === 0 &&
	[tun, '/usr/sbin/nft', '/usr/bin/ip', '/usr/bin/curl'].every(path => existsSync(path)) &&
	['/usr/bin/pasta', '/usr/bin/slirp4netns'].some(path => existsSync(path));

/** Lets every user make a device, as udev does. It stays so: tests of other files may need it at the same time. */
export function openTun(): void {
	if (usersAreAble) chmodSync(tun, 0o666);
}

/** What is left of networks of a user: files, and all processes of the user. */
export function leftOfUser(box: TestBox, uid: number): readonly string[] {
	const folder = join(box.folder, 'state/networks');
	const files = existsSync(folder) ? readdirSync(folder).filter(name => name !== '.lock') : [];
	const found = execFileSync('ps', ['-eo', 'uid=,stat=,args='], {encoding: 'utf8'}).split('\n');
	const own = found.filter(line => {
		const [of, state] = line.trim().split(/\s+/);
		return of === String(uid) && state?.startsWith('Z') === false;
	});
	return [...box.leftovers(), ...files.map(name => `file ${name}`), ...own];
}

/** The address of this host at which its own services are reached. */
export const hostAddress =
	/"local":"(?!10\.89)([\d.]+)"/.exec(
		execFileSync('ip', ['-json', '-4', 'address', 'show', 'scope', 'global'], {encoding: 'utf8'}),
	)?.[1] ?? '127.0.0.1';
