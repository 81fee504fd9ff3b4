import {chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {openMachine} from './open-machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsbox-machine-'));
afterAll(() => rmSync(folder, {recursive: true}));

test('relative folders start in the working directory', async () => {
	const {dirs} = await openMachine({store: relative(process.cwd(), join(folder, 'a')), state: './b/../c'}, false);
	expect(dirs).toEqual({store: join(folder, 'a'), state: join(process.cwd(), 'c')});
	expect(existsSync(dirs.state)).toBe(false);
});

test('an unusable folder is refused with the reason', async () => {
	const file = join(folder, 'file');
	writeFileSync(file, '');
	symlinkSync('/proc/sys', join(folder, 'kernel'));
	const reasons = [
		[file, `${file} is not a folder`],
		[`${file}/below/it`, `${file} is not a folder`],
		['/dev/null', '/dev/null is not a folder'],
		['/proc/x', 'the kernel allows no files there'],
		[join(folder, 'kernel/x/y'), 'the kernel allows no files there'],
		['/tmp/a,b', expect.stringContaining('comma')],
	] as const;
	for (const [path, why] of reasons) {
		const refusal = {code: 'E_CONFIG', message: `${path} cannot be the state folder`, why};
		await expect(openMachine({store: folder, state: path})).rejects.toMatchObject(refusal);
	}
});

test('a folder that others can change is refused, since its tools run as the caller', async () => {
	const open = join(folder, 'open');
	mkdirSync(open);
	chmodSync(open, 0o1777);
	const refused = {code: 'E_CONFIG', message: `${open} cannot be the store folder`};
	await expect(openMachine({store: open, state: folder})).rejects.toMatchObject({
		...refused,
		why: 'everyone may write to it',
		hint: `chmod o-w ${open}`,
	});
	chmodSync(open, 0o755);
	expect((await openMachine({store: open, state: folder}, false)).dirs.store).toBe(open);
});

test.runIf(process.getuid?.() === 0)('a folder that somebody else has made before is refused', async () => {
	const theirs = join(folder, 'theirs');
	mkdirSync(theirs);
	chownSync(theirs, 61_235, 61_235);
	for (const dirs of [
		{store: theirs, state: folder},
		{store: folder, state: theirs},
	])
		await expect(openMachine(dirs)).rejects.toMatchObject({code: 'E_CONFIG', why: 'it belongs to another user'});
});
