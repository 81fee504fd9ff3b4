import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';
import {bundledDriver} from '../support/driver.ts';

/* Where a user has no inotify instance left. A user namespace has a limit of its own, so the machine keeps its. */

/** Watches one folder, and makes a file in another one or the same. */
const watching = bundledDriver({
	folder: import.meta.dirname,
	text: `
		import {writeFileSync} from 'node:fs';
		import {watchPath} from '../../src/host/watch/watch-path.ts';
		const [watched, written] = process.argv.slice(2);
		const watch = watchPath(watched, entry => {
			console.log(entry);
			watch.close();
		}, 20);
		writeFileSync(written + '/new', '');
	`,
});

/** Watches in a process that can have so many instances of inotify; gives what it printed. */
async function withInstances(count: number, watched: string, written = watched): Promise<string> {
	const limit = `echo ${count} > /proc/sys/user/max_inotify_instances && exec "$@"`;
	const node = [process.execPath, watching, watched, written];
	const words = ['--user', '--map-root-user', 'sh', '-c', limit, 'sh', ...node];
	return (await promisify(execFile)('unshare', words)).stdout;
}

function folder(): string {
	const path = mkdtempSync(join(tmpdir(), 'tsbox-inotify-'));
	onTestFinished(() => rmSync(path, {recursive: true}));
	return path;
}

test.each([
	[1, 'new\n'],
	[0, 'null\n'],
])('with %d of them left a change is told, and the watch lets its process end', async (count, told) => {
	expect(await withInstances(count, folder())).toBe(told);
});

test('a path that is not there is an error all the same', async () => {
	await expect(withInstances(0, '/nowhere', folder())).rejects.toThrow('ENOENT');
});
