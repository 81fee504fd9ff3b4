import {existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {openMachine} from './open-machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsbox-machine-'));
afterAll(() => rmSync(folder, {recursive: true}));

test('folders are taken from the working folder on', async () => {
	const {dirs} = await openMachine({store: relative(process.cwd(), join(folder, 'a')), state: './b/../c'}, false);
	expect(dirs).toEqual({store: join(folder, 'a'), state: join(process.cwd(), 'c')});
	expect(existsSync(dirs.state)).toBe(false);
});

test('what can be no folder is refused, with the reason', async () => {
	const file = join(folder, 'file');
	writeFileSync(file, '');
	symlinkSync('/proc/sys', join(folder, 'kernel'));
	const reasons = [
		[file, `${file} is not a folder`],
		[`${file}/below/it`, `${file} is not a folder`],
		['/dev/null', '/dev/null is not a folder'],
		['/proc/x', 'the kernel lets nobody make files there'],
		[join(folder, 'kernel/x/y'), 'the kernel lets nobody make files there'],
		['/tmp/a,b', expect.stringContaining('comma')],
	] as const;
	for (const [path, why] of reasons) {
		const refusal = {code: 'E_CONFIG', message: `${path} cannot be the state folder`, why};
		await expect(openMachine({store: folder, state: path})).rejects.toMatchObject(refusal);
	}
});
