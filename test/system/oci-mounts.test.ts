import {spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, createIn, forever, printedBy, type RuntimeBox, runtimeBox} from './runtime-box.ts';

/* Mounts of a bundle: options, how they spread, and paths that are hidden or write-protected. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

interface Mount {
	readonly destination: string;
	readonly type?: string;
	readonly source?: string;
	readonly options?: readonly string[];
}

/** The mounts of every configuration here, and more. */
const withMounts = (...more: readonly Mount[]) => ({mounts: [...configOf(at, '').mounts, ...more]});
const inRoot = (path: string): string => join(at.folder, 'rootfs', path);

/** The options of the mount, and of its filesystem: fields 6 and last of proc_pid_mountinfo(5). */
const optionsOf = (target: string): string =>
	`awk '$5 == "${target}" { found = $6 " " $NF } END { print found }' /proc/self/mountinfo`;

describe('options', () => {
	test('flags of mount(2), and those that take one back', async () => {
		const flags = ['ro', 'nosuid', 'nodev', 'noexec', 'sync', 'dirsync', 'noatime', 'nosymfollow'];
		const mounts = withMounts(
			{destination: '/all', type: 'tmpfs', source: 'named', options: [...flags, 'size=64k', 'mode=700']},
			{destination: '/none', type: 'tmpfs', options: [...flags, 'rw', 'suid', 'dev', 'exec', 'async', 'symfollow']},
		);
		const text = await printedBy(at, `${optionsOf('/all')}; ${optionsOf('/none')}; stat -c %a /all`, mounts);
		const [all, none, mode] = text.split('\n');
		expect(all).toMatch(/^ro,nosuid,nodev,noexec,noatime,nosymfollow ro,sync,dirsync,size=64k,mode=700/);
		expect(none).toMatch(/^rw,noatime rw,dirsync/);
		expect(mode).toBe('700');
	});

	test('a read-only tmpfs has the mode of the folder that it covers', async () => {
		mkdirSync(inRoot('covered'), {mode: 0o711});
		const mounts = withMounts({destination: '/covered', type: 'tmpfs', options: ['ro']});
		const text = await printedBy(at, `stat -c %a /covered; ${optionsOf('/covered')}`, mounts);
		expect(text).toMatch(/^711\nro,relatime r[ow]/);
	});

	test('a read-only /dev gets its nodes first', async () => {
		const mounts = configOf(at, '').mounts.map(mount =>
			mount.destination === '/dev' ? {...mount, options: [...(mount.options ?? []), 'ro']} : mount,
		);
		const text = await printedBy(at, `${optionsOf('/dev')}; echo x > /dev/null && touch /dev/x`, {mounts});
		expect(text).toMatch(/^ro,nosuid.*\n.*Read-only file system\n$/);
	});

	test('options for all mounts below, and a source that begins in the bundle', async () => {
		mkdirSync(join(at.folder, 'bundle/tree'), {recursive: true});
		const rows = (target: string): string => `awk '$5 ~ "^${target}" { print $6 }' /proc/self/mountinfo | sort -u`;
		const mounts = withMounts(
			{destination: '/tree', source: 'tree', options: ['rbind', 'rro', 'rnoexec', 'rnosuid', 'rnodev', 'rnoatime']},
			{destination: '/host', source: '/sys', options: ['rbind', 'rnoexec', 'rro']},
		);
		const text = await printedBy(at, `${rows('/tree')}; ${rows('/host')} | grep -vc ^ro`, mounts);
		expect(text).toBe('ro,nosuid,nodev,noexec,noatime\n0\n');
	});

	test.each([
		['rprivate', () => at.folder],
		['rslave', () => at.folder],
		['private', () => '/'],
	])(
		'%s: a folder of the host that has the root filesystem in it shows nothing of how it was made',
		async (how, source) => {
			const folder = realpathSync(source());
			const mounts = withMounts({destination: '/host', type: 'bind', source: folder, options: ['rbind', how]});
			const inside = join('/host', relative(folder, inRoot('')));
			const look = `ls ${inside}/bin/sh; ls -A ${inside}/dev | wc -l; grep -c '/\\.box' /proc/self/mountinfo`;
			expect(await printedBy(at, look, mounts)).toBe(`${inside}/bin/sh\n0\n0\n`);
		},
	);

	test('a tmpfs has the mode of the folder that it covers, and its files where it is asked to', async () => {
		mkdirSync(inRoot('full/deep'), {recursive: true});
		writeFileSync(inRoot('full/deep/file'), 'kept\n');
		symlinkSync('deep/file', inRoot('full/link'));
		chmodSync(inRoot('full'), 0o710);
		const mounts = withMounts({destination: '/full', type: 'tmpfs', options: ['tmpcopyup', 'ro', 'size=1m']});
		expect(await printedBy(at, `stat -c %a /full; cat /full/link; ${optionsOf('/full')}`, mounts)).toMatch(
			/^710\nkept\nro,/,
		);
		const bind = withMounts({destination: '/x', source: '.', options: ['bind', 'tmpcopyup']});
		expect(createIn(at, '', bind).log).toContain('tmpcopyup is for tmpfs');
	});

	test('what the kernel does not know is refused by it, and nothing is left', () => {
		const mounts = withMounts({destination: '/x', type: 'tmpfs', options: ['colour=blue']});
		expect(createIn(at, '', mounts).log).toMatch(/mount: \/x: .*Invalid argument/);
		expect(createIn(at, '', withMounts({destination: '/x', type: 'noSuchFs', source: 'x'})).log).toContain('/x');
		expect(at.left()).toEqual([]);
	});
});

describe('how mounts spread', () => {
	test.each([
		['shared', /^shared:\d+$/],
		['rshared', /^shared:\d+$/],
		['slave', /^-$/],
		['private', /^-$/],
		['unbindable', /^unbindable$/],
		['runbindable', /^unbindable$/],
	])('rootfsPropagation %s', async (rootfsPropagation, shown) => {
		const script = `awk '$5 == "/" { print $7 }' /proc/self/mountinfo`;
		expect((await printedBy(at, script, {}, {rootfsPropagation})).trim()).toMatch(shown);
	});

	/**
	 * Runs a container beside a script, both in a mount namespace that stands for a host whose mounts are shared. Gives what the script prints,
	 * and how many mounts there are more than before.
	 */
	function besideHost(option: string, rootfsPropagation: string | undefined, script: string): string {
		const folder = at.bundle(
			configOf(
				at,
				forever,
				withMounts({destination: '/mnt', source: join(at.folder, 'host'), options: ['rbind', option]}),
				{
					...configOf(at, '').linux,
					rootfsPropagation,
				},
			),
		);
		mkdirSync(join(at.folder, 'host'));
		const lines = [
			'set -e',
			`cd ${at.folder}/host`,
			// A mount of its own, with one below it.
			'mount -t tmpfs tmpfs . && cd . && mkdir inner above && mount -t tmpfs tmpfs inner',
			`mounts() { grep -c ${at.folder} /proc/self/mountinfo; }`,
			'before=$(mounts)',
			'oci() { "$@" </dev/null >/dev/null; }',
			`oci "$@" create --bundle ${folder} c; oci "$@" start c`,
			script,
			'oci "$@" delete --force c',
			'echo "more $(($(mounts) - before))"',
		].join('\n');
		const words = ['--mount', '--propagation', 'shared', 'sh', '-c', lines, 'sh', ...at.command];
		const {stdout, stderr} = spawnSync('unshare', words, {encoding: 'utf8', timeout: 60_000});
		return `${stdout}${stderr}`;
	}
	const inContainer = (command: string): string => `"$@" exec c sh -c '${command}' </dev/null`;
	const seen = (path: string): string => `if grep -q " ${path} " /proc/self/mountinfo; then echo yes; else echo no; fi`;

	test('a slave gets mounts of the host, and gives none', () => {
		const script = [
			`mount -t tmpfs tmpfs ${at.folder}/host/above`,
			inContainer(seen('/mnt/above')),
			`umount ${at.folder}/host/above`,
			inContainer(seen('/mnt/above')),
		].join('\n');
		expect(besideHost('rslave', undefined, script)).toBe('yes\nno\nmore 0\n');
	});

	test('what is private gets none', () => {
		const script = [
			`mount -t tmpfs tmpfs ${at.folder}/host/above`,
			inContainer(seen('/mnt/above')),
			`umount ${at.folder}/host/above`,
		].join('\n');
		expect(besideHost('rprivate', undefined, script)).toBe('no\nmore 0\n');
	});

	test('what is shared goes both ways, and the host keeps its mounts', () => {
		const script = [
			`pid=$("$@" state c | sed 's/.*"pid":\\([0-9]*\\).*/\\1/')`,
			`nsenter --target "$pid" --mount --root mount -t tmpfs tmpfs /mnt/above`,
			seen(`${at.folder}/host/above`),
			`nsenter --target "$pid" --mount --root umount /mnt/above`,
			seen(`${at.folder}/host/above`),
			// What was there before is there still.
			seen(`${at.folder}/host/inner`),
		].join('\n');
		expect(besideHost('rshared', 'shared', script)).toBe('yes\nno\nyes\nmore 0\n');
	});
});

describe('hidden and write-protected paths', () => {
	test('files, folders, what lies in them, and where symlinks lead', async () => {
		mkdirSync(inRoot('secret/deep'), {recursive: true});
		for (const name of ['secret/deep/file', 'plain', 'behind']) writeFileSync(inRoot(name), 'secret\n');
		symlinkSync('behind', inRoot('link'));
		const maskedPaths = ['/secret', '/secret/deep', '/secret/deep/file', '/plain', '/link', '/not/there'];
		const script = 'ls -A /secret; cat /plain /behind /link; touch /secret/x || echo closed';
		expect(await printedBy(at, script, {}, {maskedPaths})).toMatch(/^touch: .*\nclosed\n$/);
	});

	test('programs in a write-protected folder still run', async () => {
		mkdirSync(inRoot('tools'));
		writeFileSync(inRoot('tools/run'), '#!/bin/sh\necho ran\n', {mode: 0o755});
		symlinkSync('tools', inRoot('also'));
		const script = '/tools/run; for each in /tools/x /proc/sys/x /tools/run; do touch $each || echo closed; done';
		const text = await printedBy(at, script, {}, {readonlyPaths: ['/also', '/proc/sys', '/tools/run']});
		expect(text.split('\n').filter(line => !line.startsWith('touch'))).toEqual([
			'ran',
			'closed',
			'closed',
			'closed',
			'',
		]);
	});

	test('relative ones are refused', () => {
		for (const member of ['maskedPaths', 'readonlyPaths'])
			expect(createIn(at, '', {}, {[member]: ['proc/keys']}).log).toContain(`linux.${member}.0`);
	});

	test('a /proc that is a symlink is refused, and nothing is made where it leads', () => {
		spawnSync('rmdir', [inRoot('proc')]);
		symlinkSync('/tmp', inRoot('proc'));
		expect(createIn(at, '').log).toContain('must be mounted on ordinary directory');
		expect(at.left()).toEqual([]);
		expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(at.folder);
	});
});

describe('/dev', () => {
	const printed = (script: string, changes: object, linux: object = {}) => {
		const {process} = configOf(at, '');
		const args = ['sh', '-c', script];
		const config = configOf(at, '', {...changes, process: {...process, args}}, linux);
		return at.oci('run', '--bundle', at.bundle(config), 'c');
	};

	test('of the host, over one that was mounted before: the last one is seen, with all below it', () => {
		const host = {destination: '/dev', type: 'bind', source: '/dev', options: ['rbind', 'rprivate', 'rw']};
		const script = 'stat -c %t:%T /dev/fuse; grep -c " /dev tmpfs" /proc/mounts; ls /dev/.box';
		const said = printed(script, withMounts({destination: '/dev/mqueue', type: 'mqueue'}, host));
		const fuse = spawnSync('stat', ['-c', '%t:%T', '/dev/fuse'], {encoding: 'utf8'}).stdout.trim();
		expect(said.out).toMatch(new RegExp(`^${fuse}\n`));
		expect(said.err).toContain('/dev/.box: No such file or directory');
		expect(at.left()).toEqual([]);
	});

	test('is no mount, and the root is read-only', () => {
		const [proc] = configOf(at, '').mounts;
		const said = printed('ls -d /dev/.box; touch /x; echo end', {
			mounts: [proc],
			root: {path: inRoot(''), readonly: true},
		});
		expect(said.out).toBe('end\n');
		expect(said.err).toContain('touch: /x: Read-only file system');
		expect(at.left()).toEqual([]);
	});
});
