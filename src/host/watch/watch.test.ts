import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {waitUntil} from './watch.ts';
import {watchPath} from './watch-path.ts';

function folder(): string {
	const path = mkdtempSync(join(tmpdir(), 'tsbox-watch-'));
	onTestFinished(() => rmSync(path, {recursive: true}));
	return path;
}

const never = 60_000;

test('sees a change without polling', async () => {
	const path = folder();
	let looks = 0;
	const held = waitUntil(() => (looks += 1) > 1, {
		watched: [{path, entry: 'here'}],
		recheckMs: never,
		pollMs: never,
	});
	expect(looks).toBe(1);
	writeFileSync(join(path, 'elsewhere'), '');
	writeFileSync(join(path, 'here'), '');
	expect(await held).toBe(true);
});

test('returns at once when the condition holds, and ends at the timeout', async () => {
	const options = {watched: [], recheckMs: never, pollMs: never, withinMs: 20};
	expect(await waitUntil(() => true, options)).toBe(true);
	expect(await waitUntil(() => false, options)).toBe(false);
});

test('polls more often when nothing can be watched', async () => {
	let looks = 0;
	const options = {watched: [{path: join(folder(), 'none')}], recheckMs: never, pollMs: 1};
	expect(await waitUntil(() => (looks += 1) === 5, options)).toBe(true);
});

test('an error of the condition ends the wait', async () => {
	const fails = (): boolean => {
		throw new Error('no');
	};
	await expect(waitUntil(fails, {watched: [], recheckMs: never, pollMs: never})).rejects.toThrow('no');
});

test('watches a path until closed, and refuses a missing one', async () => {
	const path = folder();
	const names: (string | null)[] = [];
	const seen = new Promise<void>(resolve => {
		const watch = watchPath(
			path,
			name => {
				names.push(name);
				watch.close();
				resolve();
			},
			never,
		);
	});
	writeFileSync(join(path, 'here'), '');
	await seen;
	writeFileSync(join(path, 'later'), '');
	expect(names).toEqual(['here']);
	expect(() => watchPath(join(path, 'nowhere'), () => {}, never)).toThrow('ENOENT');
});
