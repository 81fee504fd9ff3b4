import {existsSync, mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ask, serve} from './control.ts';

test('the supervisor socket is private whatever the umask, and is removed on close', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-control-'));
	const path = join(folder, 's');
	const before = process.umask(0);
	try {
		const close = await serve(path, async () => []);
		expect(process.umask()).toBe(0);
		expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
		expect(await ask(path, {verb: 'status', services: []})).toEqual([]);
		close();
		expect(existsSync(path)).toBe(false);
	} finally {
		process.umask(before);
		rmSync(folder, {recursive: true});
	}
});
