import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type Running, type Starter, type TestBox, testBox} from './box.ts';

const root = process.getuid?.() === 0;

/** Fills a container's /a: a file, a folder with a file, and links. */
const filled =
	'mkdir -p /a/b "/a/with blank"; echo hello > /a/b/f; ln -s b /a/to-folder; ln -s b/f /a/to-file; ln -s /nowhere /a/dangling; ln /a/b/f /a/hard; chown -R 1000:1000 /a/b; chmod 4751 /a/b/f; mkfifo /a/fifo';

/** A container that is up and waits; `script` is run in it first. */
async function upWith(box: TestBox, script = filled, more = ''): Promise<Running> {
	const command = JSON.stringify(`${script}; echo is up; exec sleep 10000`).replaceAll('$', '$$$$');
	const running = box.start(['up', '--plain', '-T', box.spec(`${more}command: [sh, -c, ${command}]\n`)]);
	await running.says('is up\n');
	return running;
}

async function inside(box: TestBox, script: string): Promise<string> {
	const {status, out, err} = await box.tsbox(['exec', box.name, '--', 'sh', '-c', script]);
	if (status !== 0) throw new Error(err);
	return out;
}

async function cp(box: TestBox, ...args: readonly string[]): Promise<void> {
	const {status, err} = await box.tsbox(['cp', ...args]);
	expect({status, err}).toEqual({status: 0, err: ''});
}

async function refused(box: TestBox, ...args: readonly string[]): Promise<string> {
	const {status, err} = await box.tsbox(['cp', ...args]);
	expect(status).toBe(125);
	return err;
}

async function downClean(box: TestBox, running: Running): Promise<void> {
	expect((await box.tsbox(['down', '-t', '0', box.name])).status).toBe(0);
	await running.ended;
	expect(box.leftovers()).toEqual([]);
	expect(readdirSync(box.folder).filter(name => name.startsWith('.tsbox-cp'))).toEqual([]);
}

describe.skipIf(!root)('cp', () => {
	test('from a container: files, folders, contents, new names', async () => {
		await using box = await testBox();
		const at = (path: string): string => join(box.folder, path);
		const running = await upWith(box);
		await cp(box, `${box.name}:/a/b/f`, '.');
		expect(readFileSync(at('f'), 'utf8')).toBe('hello\n');
		// The caller's, and not set-user-ID; the umask has no say, as with docker.
		expect([statSync(at('f')).uid, statSync(at('f')).mode & 0o7777]).toEqual([0, 0o751]);
		await cp(box, `${box.name}:a/b/f`, 'g');
		expect(readFileSync(at('g'), 'utf8')).toBe('hello\n');
		await cp(box, `${box.name}:/a`, '.');
		expect(readdirSync(at('a')).toSorted()).toEqual([
			'b',
			'dangling',
			'fifo',
			'hard',
			'to-file',
			'to-folder',
			'with blank',
		]);
		expect(readlinkSync(at('a/dangling'))).toBe('/nowhere');
		await cp(box, `${box.name}:/a/.`, 'new');
		expect(readdirSync(at('new'))).toEqual(readdirSync(at('a')));
		await cp(box, `${box.name}:/a/b`, 'as');
		expect(readdirSync(at('as'))).toEqual(['f']);
		mkdirSync(at('there'));
		await cp(box, `${box.name}:/a/b/.`, 'there/');
		await cp(box, `${box.name}:/a/b`, 'there');
		expect(readdirSync(at('there')).toSorted()).toEqual(['b', 'f']);
		await downClean(box, running);
	});

	test('what is there already is merged with, replaced by its kind, and else refused', async () => {
		await using box = await testBox();
		const at = (path: string): string => join(box.folder, path);
		const running = await upWith(box);
		mkdirSync(at('a/b'), {recursive: true});
		writeFileSync(at('a/b/f'), 'old');
		writeFileSync(at('a/own'), 'own');
		await cp(box, `${box.name}:/a`, '.');
		expect(readFileSync(at('a/b/f'), 'utf8')).toBe('hello\n');
		expect(readFileSync(at('a/own'), 'utf8')).toBe('own');
		writeFileSync(at('file'), 'file');
		expect(await refused(box, `${box.name}:/a`, 'file')).toContain('file is in the way');
		mkdirSync(at('folder/f'), {recursive: true});
		expect(await refused(box, `${box.name}:/a/b/f`, 'folder')).toContain('folder/f is in the way');
		mkdirSync(at('deep/a/b/f'), {recursive: true});
		expect(await refused(box, `${box.name}:/a`, 'deep')).toContain('deep/a/b/f is in the way');
		// All or nothing.
		expect(readdirSync(at('deep/a'))).toEqual(['b']);
		expect(readFileSync(at('file'), 'utf8')).toBe('file');
		await downClean(box, running);
	});

	test('a link of the host stands for what it leads to as a target, and is replaced where it leads nowhere', async () => {
		await using box = await testBox();
		const at = (path: string): string => join(box.folder, path);
		const running = await upWith(box);
		mkdirSync(at('real'));
		symlinkSync('real', at('link'));
		symlinkSync('real/file', at('file-link'));
		writeFileSync(at('real/file'), 'old');
		await cp(box, `${box.name}:/a/b/f`, 'link');
		expect(readFileSync(at('real/f'), 'utf8')).toBe('hello\n');
		await cp(box, `${box.name}:/a/b/f`, 'file-link');
		expect(readFileSync(at('real/file'), 'utf8')).toBe('hello\n');
		expect(lstatSync(at('file-link')).isSymbolicLink()).toBe(true);
		await downClean(box, running);
	});

	test('a link as source is copied itself, and followed with -L', async () => {
		await using box = await testBox();
		const at = (path: string): string => join(box.folder, path);
		const running = await upWith(box);
		await cp(box, `${box.name}:/a/to-folder`, 'link');
		expect(readlinkSync(at('link'))).toBe('b');
		await cp(box, '-L', `${box.name}:/a/to-folder`, '.');
		expect(readdirSync(at('to-folder'))).toEqual(['f']);
		await cp(box, '-L', `${box.name}:/a/to-file`, '.');
		expect(lstatSync(at('to-file')).isFile()).toBe(true);
		expect(await refused(box, '-L', `${box.name}:/a/dangling`, 'd')).toContain(
			`${box.name}:/a/dangling does not exist`,
		);
		symlinkSync('to-folder', at('there'));
		await cp(box, 'there', `${box.name}:/x`);
		await cp(box, '-L', 'there', `${box.name}:/y`);
		await cp(box, '-L', 'to-file', `${box.name}:/z`);
		expect(await inside(box, 'readlink /x; ls /y; cat /z')).toBe('to-folder\nf\nhello\n');
		await downClean(box, running);
	});

	test('into a container: files, folders, contents, new names, through its own links', async () => {
		await using box = await testBox();
		const at = (path: string): string => join(box.folder, path);
		const running = await upWith(
			box,
			'ln -s /run /var/run; mkdir "/back\\\\slash"; echo in > "/back\\\\slash/x\\\\ty"; mkdir /t',
		);
		mkdirSync(at('d/e'), {recursive: true});
		writeFileSync(at('d/e/f'), 'hi\n');
		const odd = "a&b\\1';x\n";
		writeFileSync(at(odd), 'odd\n');
		await cp(box, `${box.name}:/back\\slash/x\\ty`, '.');
		expect(readFileSync(at('x\\ty'), 'utf8')).toBe('in\n');
		await cp(box, 'x\\ty', `${box.name}:/back\\slash/p\\nq`);
		expect(await inside(box, 'cat "/back\\\\slash/p\\\\nq"')).toBe('in\n');
		await cp(box, 'd/e/f', `${box.name}:/var/run/f`);
		await cp(box, 'd/e/f', `${box.name}:/t`);
		await cp(box, 'd/e/f', `${box.name}:/t/${odd}`);
		await cp(box, odd, `${box.name}:/t/p&q`);
		await cp(box, odd, `${box.name}:/t/-C`);
		await cp(box, 'd', `${box.name}:/t`);
		await cp(box, 'd', `${box.name}:/t/new`);
		await cp(box, 'd/.', `${box.name}:/t/new`);
		await cp(box, 'd', `${box.name}:/t/new`);
		expect(await inside(box, `cat /run/f /t/f '/t/p&q' /t/-C; find /t | grep -v '^x$' | sort`)).toBe(
			`hi\nhi\nodd\nodd\n${['/t', '/t/-C', "/t/a&b\\1';x", '', '/t/d', '/t/d/e', '/t/d/e/f', '/t/f', '/t/new', '/t/new/d', '/t/new/d/e', '/t/new/d/e/f', '/t/new/e', '/t/new/e/f', '/t/p&q'].toSorted().join('\n')}\n`,
		);
		await downClean(box, running);
	});

	test('a missing source or folder, and what is in the way, are told by name', async () => {
		await using box = await testBox();
		const running = await upWith(box);
		const {name} = box;
		box.file('f', 'f');
		expect(await refused(box, `${name}:/nope`, '.')).toContain(`${name}:/nope does not exist`);
		expect(await refused(box, `${name}:/a/b/f/`, '.')).toContain(`${name}:/a/b/f/ is not a folder`);
		expect(await refused(box, `${name}:/a/b/f`, 'no/x')).toContain('the parent folder of no/x does not exist');
		expect(await refused(box, `${name}:/a/b/f`, 'no/')).toContain('the folder no/ does not exist');
		expect(await refused(box, 'nope', `${name}:/`)).toContain('nope does not exist');
		expect(await refused(box, 'f/', `${name}:/`)).toContain('f/ is not a folder');
		expect(await refused(box, 'f', `${name}:/no/x`)).toContain(`the parent folder of ${name}:/no/x does not exist`);
		expect(await refused(box, 'f', `${name}:/no/`)).toContain(`${name}:/no/ is not a folder`);
		expect(await refused(box, 'f', `${name}:/a/b/f/`)).toContain(`${name}:/a/b/f/ is not a folder`);
		expect(await refused(box, '.', `${name}:/a/b/f`)).toContain('a file is in the way');
		expect(await refused(box, `${name}:/dev/.`, 'dev')).toMatch(/contains the device/);
		expect(existsSync(join(box.folder, 'dev'))).toBe(false);
		expect(await refused(box, 'nosuch:/a', '.')).toContain('there is no container named nosuch');
		expect((await box.tsbox(['cp', 'f', 'g'])).status).toBe(2);
		expect((await box.tsbox(['cp', `${name}:/a`, `${name}:/b`])).status).toBe(2);
		await downClean(box, running);
	});

	test('a tar on standard output and input', async () => {
		await using box = await testBox();
		const running = await upWith(box);
		const {status, out} = await box.tsbox(['cp', `${box.name}:/a`, '-']);
		expect(status).toBe(0);
		const listed = execFileSync('tar', ['-t'], {input: Buffer.from(out, 'latin1'), encoding: 'utf8'});
		expect(listed).toContain('a/b/f\n');
		expect(listed).toMatch(/^a\/\n/);
		const packed = execFileSync('tar', ['-c', '-C', box.folder, 'spec.yaml']);
		expect((await box.tsbox(['cp', '-', `${box.name}:/tmp`], {input: packed})).status).toBe(0);
		expect(await inside(box, 'cat /tmp/spec.yaml')).toBe(readFileSync(join(box.folder, 'spec.yaml'), 'utf8'));
		const nowhere = await box.tsbox(['cp', '-', `${box.name}:/no`], {input: packed});
		expect([nowhere.status, nowhere.err]).toEqual([125, expect.stringContaining('/no is not a folder')]);
		const rubbish = await box.tsbox(['cp', '-', `${box.name}:/tmp`], {input: 'no tar'});
		expect([rubbish.status, rubbish.err]).toEqual([125, expect.stringContaining('cannot be written')]);
		await downClean(box, running);
	});

	test('owners and set-user-ID bits come along with -a alone, in both directions', async () => {
		await using box = await testBox();
		const at = (path: string): string => join(box.folder, path);
		const running = await upWith(box);
		await cp(box, '-a', `${box.name}:/a/b/f`, 'kept');
		expect([statSync(at('kept')).uid, statSync(at('kept')).mode & 0o7777]).toEqual([1000, 0o4751]);
		chownSync(at('kept'), 1000, 1000);
		chmodSync(at('kept'), 0o6755);
		await cp(box, 'kept', `${box.name}:/plain`);
		await cp(box, '-a', 'kept', `${box.name}:/archive`);
		expect(await inside(box, 'stat -c "%u:%g %a" /plain /archive')).toBe('0:0 755\n1000:1000 6755\n');
		await downClean(box, running);
	});

	test('a read-only root and a full filesystem give the error of the kernel', async () => {
		await using box = await testBox();
		const running = await upWith(box, 'true', 'read_only: true\ntmpfs: ["/t:size=64k"]\n');
		box.file('f', 'f');
		box.file('big', 'x'.repeat(1024 * 1024));
		expect(await refused(box, 'f', `${box.name}:/f`)).toMatch(/Read-only file system[^]*EROFS/);
		expect(await refused(box, 'big', `${box.name}:/t`)).toMatch(/ENOSPC/);
		await inside(box, 'rm /t/big');
		await cp(box, 'f', `${box.name}:/t`);
		await downClean(box, running);
	});

	test('a container that has ended is refused', async () => {
		await using box = await testBox();
		const running = await upWith(box);
		await downClean(box, running);
		expect(await refused(box, `${box.name}:/a`, '.')).toContain(`there is no container named ${box.name}`);
		expect(box.leftovers()).toEqual([]);
	});

	test('a link that a container puts into its volume leads a copy nowhere', async () => {
		await using box = await testBox();
		mkdirSync(join(box.folder, 'shared/in'), {recursive: true});
		mkdirSync(join(box.folder, 'outside'));
		box.file('outside/secret', 'secret');
		const running = await upWith(
			box,
			`${filled}; ln -s ${box.folder}/outside /shared/out; ln -s ${box.folder}/outside/secret /shared/file`,
			'volumes: ["./shared:/shared"]\n',
		);
		for (const path of ['shared/out', 'shared/out/x', 'shared/file'])
			expect(await refused(box, `${box.name}:/a/b/f`, path)).toContain('leads out of');
		for (const path of ['shared/out/.', 'shared/out/secret'])
			expect(await refused(box, path, `${box.name}:/x`)).toContain('leads out of');
		expect(await refused(box, '-L', 'shared/file', `${box.name}:/x`)).toContain('leads out of');
		expect(readdirSync(join(box.folder, 'outside'))).toEqual(['secret']);
		await cp(box, `${box.name}:/a/b/f`, 'shared/in');
		expect(await inside(box, 'cat /shared/in/f; ls -A /shared')).toBe('hello\nfile\nin\nout\n');
		await downClean(box, running);
	});

	const others: readonly (readonly [string, Starter])[] = [
		['mapped', 'mapped'],
		['rootless', {uid: 61_236, gid: 61_236}],
	];
	test.each(others)('%s: the same, with the owners that the container and the caller have', async (_, starter) => {
		await using box = await testBox(starter);
		const uid = typeof starter === 'object' ? starter.uid : 0;
		const running = await upWith(box, 'mkdir /a; echo hello > /a/f; chmod 4755 /a/f; chmod 555 /a');
		await cp(box, `${box.name}:/a`, 'a');
		const {mode, uid: owner} = statSync(join(box.folder, 'a/f'));
		expect([owner, mode & 0o7777, statSync(join(box.folder, 'a')).mode & 0o7777]).toEqual([uid, 0o755, 0o555]);
		await cp(box, 'a', `${box.name}:/b`);
		expect(await inside(box, 'stat -c "%u:%g %a" /b/f; cat /b/f')).toBe('0:0 755\nhello\n');
		const archived = await box.tsbox(['cp', '-a', `${box.name}:/a/f`, 'archived']);
		// Only root can give files to others.
		expect([archived.status, archived.err.includes('omit --archive')]).toEqual(uid === 0 ? [0, false] : [125, true]);
		await downClean(box, running);
	});
});
