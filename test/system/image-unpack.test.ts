import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {dockerExportFixture} from '../../fixtures/docker-export.ts';
import {imageFacts} from '../../src/image/store/facts-of.ts';
import {unpack} from '../../src/image/unpack/unpack.ts';
import {sealTools} from '../../src/host/programs/sealed-tools.ts';
import {unpackScript} from '../../src/image/unpack/unpack-script.ts';
import {canaryPath, hostileArchives} from '../archives/hostile.ts';
import {tar} from '../archives/tar-writer.ts';
import {type TestStore, testStore} from './image-store.ts';

const root = process.getuid?.() === 0;

let at: TestStore;
beforeEach(async () => {
	at = await testStore();
});
afterEach(() => at.remove());

/** Runs sh in the test's folder. */
function sh(script: string, ...args: readonly string[]): string {
	return execFileSync('sh', ['-euc', script, 'sh', ...args], {
		cwd: at.folder,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

/** One of everything that a root filesystem may hold. */
const everything = `mkdir -p src/d/e src/tmp src/ro src/etc
chmod 1777 src/tmp
cd src
echo hi >suid; chmod 4755 suid; ln suid hard; echo x >sgid; chmod 2711 sgid; echo x >nobits; chmod 0000 nobits
ln -s /etc/passwd absolute; ln -s ../tmp d/relative; ln -s "$(printf 'l\\377')" odd-link
mknod null c 1 3; mknod disk b 7 200; mkfifo fifo; chmod 0620 null fifo
cp /bin/true capable; setcap cap_net_raw+ep capable
echo x >attr; setfattr -n user.note -v kept attr
truncate -s 300M sparse; printf x | dd of=sparse bs=1 seek=200000000 conv=notrunc status=none
i=0; while [ $i -lt 30 ]; do printf x | dd of=holes bs=1 seek=$((i*100000)) conv=notrunc status=none; i=$((i+1)); done
echo x >"$(printf 'n\\377\\n\\033')"; echo x >"$(printf '%0200d' 7)"; mkdir -p "$(printf '%0100d/%0100d' 1 2)"; echo x >-rf; echo x >'a b*'
mkdir 'ro/deep'; echo x >ro/deep/file; chmod 0555 ro ro/deep
chown -R 12345:54321 d; chown -h 12345:12345 absolute; chown 4000000000:4000000000 attr; setfattr -n user.note -v kept attr; chown 12345 sgid; chmod 2711 sgid
touch -d '2001-02-03 04:05:06' suid d ro/deep ro; touch -h -d '2002-02-02 02:02:02' absolute; touch -d '1969-12-31 00:00:00' nobits
chmod 0751 .
touch -d '2003-03-03 03:03:03' etc .`;

/** Everything that can be seen of a tree, one line a file; hard links by their number, disk use where it tells holes. */
const listing = `cd "$1"
find . -printf '%p %y %M %U %G %T@ %n %l' \\( -type f -printf ' %s' , -print \\) | LC_ALL=C sort
find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
find . \\( -type b -o -type c \\) -exec stat -c '%n %t:%T' {} + | sort
for file in sparse holes; do echo "$file $(( $(stat -c %b "$file") * 512 <= 300000 ))"; done
`;
/** The rest of what can be seen: file capabilities and extended attributes. */
const attributes = 'getcap -r . | sort; getfattr -R -h -d -m - . | LC_ALL=C sort';

describe.skipIf(!root)('an archive is unpacked into the store', () => {
	test('with all that its tree was made of', async () => {
		sh(`${everything}\ncd ..\ntar --xattrs --xattrs-include='*' -cSf a.tar -C src .`);
		const {record, path} = await at.unpacked(join(at.folder, 'a.tar'));
		expect(sh(listing + attributes, path)).toBe(sh(listing + attributes, join(at.folder, 'src')));
		expect(record.entries).toBe(sh('find src -printf x').length);
		expect(at.contents()).toMatchObject({images: [expect.stringMatching(/^sha256-/)], tmp: []});
	});

	test('from the GNU format, which has no attributes but its own sparse files and long names', async () => {
		sh(`${everything}\ncd ..\ntar --format=gnu -cSf a.tar -C src .`);
		const {path} = await at.unpacked(join(at.folder, 'a.tar'));
		// Its times have no fractions of a second, and whatever was just made has one.
		const whole = listing.replace('%T@', '%Ts');
		expect(sh(whole, path)).toBe(sh(whole, join(at.folder, 'src')));
	});

	test('but without the attributes that overlay would take as orders', async () => {
		sh(
			'mkdir src; touch src/f; setfattr -n trusted.overlay.opaque -v y src/f; setfattr -n user.overlay.opaque -v y src/f; setfattr -n user.ok -v y src/f; tar --xattrs --xattrs-include=* -cf a.tar -C src .',
		);
		const {path} = await at.unpacked(join(at.folder, 'a.tar'));
		expect(sh('cd "$1"; getfattr -d -m - f', path)).toBe('# file: f\nuser.ok="y"\n\n');
	});

	test('with a root folder that others may enter, whatever the umask', async () => {
		writeFileSync(join(at.folder, 'a.tar'), tar({name: 'f', mode: 0o666}));
		const before = process.umask(0o077);
		try {
			const {path} = await at.unpacked(join(at.folder, 'a.tar'));
			expect(statSync(path).mode & 0o7777).toBe(0o755);
			expect(statSync(`${path}/f`).mode & 0o7777).toBe(0o666);
			expect(statSync(at.store).mode & 0o777).toBe(0o755);
			expect(statSync(`${at.store}/images`).mode & 0o777).toBe(0o700);
		} finally {
			process.umask(before);
		}
	});

	test.each(['gzip', 'zstd', 'xz', 'bzip2'])('packed with %s, under any name', async packer => {
		const archive = join(at.folder, 'misnamed.zip');
		sh(`${packer} -c "$1" >"$2"`, await busyboxFixture(), archive);
		const {path, record} = await at.unpacked(archive);
		expect(sh('readlink "$1/bin/ls"', path)).toBe('/bin/busybox\n');
		expect(record.entries).toBeGreaterThan(20);
	});

	test.each(['gzip', 'zstd', 'xz', 'bzip2'])('unless %s data is truncated or damaged', async packer => {
		const archive = join(at.folder, 'a');
		sh(`${packer} -c "$1" >"$2"`, await busyboxFixture(), archive);
		const bytes = readFileSync(archive);
		writeFileSync(archive, bytes.subarray(0, bytes.length / 2));
		await expect(at.unpacked(archive)).rejects.toMatchObject({
			code: 'E_ARCHIVE_INVALID',
			message: expect.stringContaining('truncated'),
		});
		const half = Math.floor(bytes.length / 2);
		bytes.fill(0x55, half, half + 1000);
		writeFileSync(archive, bytes);
		await expect(at.unpacked(archive)).rejects.toMatchObject({code: 'E_ARCHIVE_INVALID'});
		expect(at.contents()).toEqual({images: [], tmp: []});
	});

	test('as docker export writes it', async context => {
		const fixture = await dockerExportFixture();
		if ('missing' in fixture) return context.skip(fixture.missing);
		const {path} = await at.unpacked(fixture.path);
		expect(existsSync(`${path}/.dockerenv`)).toBe(true);
		expect(sh('stat -c "%a %u" "$1/tmp" "$1/home/app"', path)).toBe('1777 0\n755 1000\n');
		return undefined;
	});

	test('once: the second time, and by a second process at the same time, the first image is kept', async () => {
		const archive = await busyboxFixture();
		const [a, b] = await Promise.all([at.unpacked(archive), at.unpacked(archive)]);
		expect(a).toEqual(b);
		const {ino} = statSync(a.path);
		await at.unpacked(archive);
		expect(statSync(a.path).ino).toBe(ino);
		expect(at.contents()).toMatchObject({images: {length: 1}, tmp: []});
	});

	test('and progress is told in bytes of the archive and entries', async () => {
		const archive = await busyboxFixture();
		const calls: (readonly number[])[] = [];
		const {record} = await at.unpacked(archive, {onProgress: (...call) => calls.push(call)});
		const {size} = statSync(archive);
		expect(calls.at(-1)).toEqual([size, size, record.entries]);
		expect(calls.every(([done = 0, total], n) => total === size && done >= (calls[n - 1]?.[0] ?? 0))).toBe(true);
	});

	test('by the lines of a compiled script too', async () => {
		const archive = join(at.folder, 'it is.tar.zst');
		sh(`${everything}\ncd ..\ntar --xattrs --xattrs-include='*' -cSf - -C src . | zstd -q >"$1"`, archive);
		const image = await imageFacts(at.host, at.store, {kind: 'archive', path: archive});
		if (image.kind !== 'archive') throw new TypeError('no archive');
		const lines = unpackScript(at.facts, {
			archive,
			digest: image.digest,
			store: at.store,
			toolbox: sealTools(at.host, at.facts, at.store),
			created: 0,
		});
		for (const shell of ['dash', 'bash']) {
			rmSync(`${at.store}/images`, {recursive: true, force: true});
			execFileSync(shell, ['-uc', lines.join('\n')]);
			expect(sh(listing + attributes, image.path)).toBe(sh(listing + attributes, join(at.folder, 'src')));
			expect(await unpack(at.host, at.facts, at.store, image)).toMatchObject({digest: image.digest, created: 0});
		}
		rmSync(`${at.store}/images`, {recursive: true, force: true});
		const bytes = readFileSync(archive);
		writeFileSync(archive, bytes.subarray(0, -100));
		expect(() => execFileSync('sh', ['-c', lines.join('\n')], {stdio: 'pipe'})).toThrow(
			'is not the archive that this script was made for',
		);
		const {digest} = (await imageFacts(at.host, at.store, {kind: 'archive', path: archive})) as {digest: string};
		const cut = unpackScript(at.facts, {
			archive,
			digest,
			store: at.store,
			toolbox: sealTools(at.host, at.facts, at.store),
			created: 0,
			compression: 'zstd',
		}).join('\n');
		expect(() => execFileSync('sh', ['-c', cut], {stdio: 'pipe'})).toThrow('could not be unpacked');
		expect(at.contents()).toEqual({images: [], tmp: []});
	});
});

describe.skipIf(!root)('nothing is left, and nothing else was touched, when an archive', () => {
	beforeEach(() => writeFileSync(canaryPath, 'alive'));
	afterEach(() => rmSync(canaryPath, {force: true}));

	test.each(hostileArchives)('has $title', async ({bytes, code, says, limits}) => {
		const archive = join(at.folder, 'hostile.tar');
		writeFileSync(archive, bytes());
		await expect(at.unpacked(archive, {...(limits && {limits})})).rejects.toMatchObject({
			code,
			message: expect.stringContaining(says),
		});
		expect(readFileSync(canaryPath, 'utf8')).toBe('alive');
		expect(at.contents()).toEqual({images: [], tmp: []});
	});

	test.each(hostileArchives)('that a compiled script unpacks unseen has $title', async ({bytes}) => {
		const archive = join(at.folder, 'hostile.tar');
		writeFileSync(archive, bytes());
		const image = await imageFacts(at.host, at.store, {kind: 'archive', path: archive});
		if (image.kind !== 'archive') throw new TypeError('no archive');
		const lines = unpackScript(at.facts, {
			archive,
			digest: image.digest,
			store: at.store,
			toolbox: sealTools(at.host, at.facts, at.store),
			created: 0,
			compression: 'none',
		});
		await at.host.run(['sh', '-c', lines.join('\n')]);
		expect(readFileSync(canaryPath, 'utf8')).toBe('alive');
		expect(at.contents().tmp).toEqual([]);
	});

	test('is replaced after its digest was taken', async () => {
		const archive = join(at.folder, 'a.tar');
		writeFileSync(archive, tar({name: 'a', body: 'good'}));
		const image = await imageFacts(at.host, at.store, {kind: 'archive', path: archive});
		if (image.kind !== 'archive') throw new TypeError('no archive');
		writeFileSync(`${archive}.new`, tar({name: 'a', body: 'evil'}));
		renameSync(`${archive}.new`, archive);
		await expect(unpack(at.host, at.facts, at.store, image)).rejects.toMatchObject({
			code: 'E_ARCHIVE_INVALID',
			message: `the archive ${archive} changed while it was unpacked`,
		});
		expect(at.contents()).toEqual({images: [], tmp: []});
	});

	test('has entries that tar itself cannot make', async () => {
		const archive = join(at.folder, 'a.tar');
		writeFileSync(archive, tar({name: 'd/f'}, {name: 'd', body: 'x'}));
		await expect(at.unpacked(archive)).rejects.toMatchObject({
			code: 'E_STEP_FAILED',
			command: expect.stringContaining('tar -xpf'),
			output: expect.stringContaining('d: Cannot open'),
		});
		expect(at.contents()).toEqual({images: [], tmp: []});
	});

	test('is interrupted', async () => {
		const abort = new AbortController();
		sh('mkdir src; head -c 50000000 /dev/urandom >src/big; tar -cf a.tar -C src .');
		const unpacking = at.unpacked(join(at.folder, 'a.tar'), {signal: abort.signal, onProgress: () => abort.abort()});
		await expect(unpacking).rejects.toMatchObject({code: 'E_INTERRUPTED'});
		expect(at.contents()).toEqual({images: [], tmp: []});
		expect(sh('pgrep -f "$1/tmp" || :', at.store)).toBe('');
	});

	test('does not fit on the disk', async () => {
		const toolbox = sealTools(at.host, at.facts, join(at.folder, 'elsewhere'));
		sh(
			'mkdir src; head -c 5000000 /dev/urandom >src/big; tar -cf a.tar -C src .; mount -t tmpfs -o size=2m tmpfs store',
		);
		try {
			await expect(at.unpacked(join(at.folder, 'a.tar'), {toolbox})).rejects.toMatchObject({code: 'E_NO_SPACE'});
			expect(at.contents()).toEqual({images: [], tmp: []});
			sh(
				'mount -o remount,size=64m,nr_inodes=10 store; mkdir many; i=0; while [ $i -lt 50 ]; do : >many/$i; i=$((i+1)); done; tar -cf many.tar -C many .',
			);
			await expect(at.unpacked(join(at.folder, 'many.tar'), {toolbox})).rejects.toMatchObject({code: 'E_NO_SPACE'});
			expect(at.contents()).toEqual({images: [], tmp: []});
			sh('mount -o remount,size=2m,nr_inodes=0 store');
			// The tools do not fit either, and nothing of them stays.
			await expect(at.unpacked(join(at.folder, 'a.tar'))).rejects.toMatchObject({code: 'E_NO_SPACE'});
			expect(readdirSync(`${at.store}/tools`)).toEqual([]);
		} finally {
			sh('umount store');
		}
	});
});
