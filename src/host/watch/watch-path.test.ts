import {appendFileSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setImmediate as immediate} from 'node:timers/promises';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {watchPath} from './watch-path.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'watch-path-'))));
afterEach(() => rmSync(folder, {recursive: true, force: true}));

const write = (): void => appendFileSync(join(folder, 'log'), 'x');

test('reports constant changes once per pause', async () => {
	const changed = vi.fn<(entry: string | null) => void>();
	write();
	const watch = watchPath(folder, changed, 10_000, 60_000);
	for (let times = 0; times < 1000; times++) {
		write();
		await immediate();
	}
	await vi.waitFor(() => expect(changed.mock.calls).toEqual([['log']]));
	watch.close();
});

test('reports a change during the pause, and those after it', async () => {
	const changed = vi.fn<(entry: string | null) => void>();
	write();
	const watch = watchPath(folder, changed, 10_000, 1);
	for (let times = 0; times < 3; times++) {
		changed.mockClear();
		write();
		await vi.waitFor(() => expect(changed.mock.calls).toEqual([['log'], [null]]));
	}
	changed.mockClear();
	rmSync(folder, {recursive: true});
	await vi.waitFor(() => expect(changed).toHaveBeenLastCalledWith(null));
	watch.close();
});
