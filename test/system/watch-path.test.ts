import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';

/* Where a user has no inotify instance left. A user namespace has a limit of its own, so the machine keeps its. */

const source = join(import.meta.dirname, '../../src/host/watch/watch-path.ts');

/** Runs a module whose process can have so many instances of inotify; gives what it printed. */
async function withInstances(count: number, module: string): Promise<string> {
	const limit = `echo ${count} > /proc/sys/user/max_inotify_instances && exec "$@"`;
	const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', module];
	const words = ['--user', '--map-root-user', 'sh', '-c', limit, 'sh', ...node];
	return (await promisify(execFile)('unshare', words, {cwd: join(import.meta.dirname, '../..')})).stdout;
}

/** Watches one folder, and makes a file in another one or the same. */
function watching(folder: string, written = folder): string {
	return `
		import {writeFileSync} from 'node:fs';
		import {watchPath} from ${JSON.stringify(source)};
		const watch = watchPath(${JSON.stringify(folder)}, entry => {
			console.log(entry);
			watch.close();
		}, 20);
		writeFileSync(${JSON.stringify(join(written, 'new'))}, '');
	`;
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
	expect(await withInstances(count, watching(folder()))).toBe(told);
});

test('a path that is not there is an error all the same', async () => {
	await expect(withInstances(0, watching('/nowhere', folder()))).rejects.toThrow('ENOENT');
});
