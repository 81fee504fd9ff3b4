import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';

test('in worker threads commands run, no descriptor of another thread is closed, and Node has nothing to warn of', async () => {
	await using box = await testBox();
	const words = [join(import.meta.dirname, 'in-workers.mjs'), box.folder, box.name, box.rootfs];
	const child = spawn(process.execPath, words, {stdio: ['ignore', 'pipe', 'inherit']});
	let out = '';
	child.stdout.on('data', (text: Buffer) => (out += text.toString()));
	const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
	const said = ['first', 'second'].flatMap(round => [1, 2, 3].map(() => `${round} abcd`));
	expect({status, signal, out: out.split('\n')}).toEqual({
		status: 0,
		signal: null,
		out: [...said, 'lost 0, left 0', ''],
	});
	expect(box.leftovers()).toEqual([]);
}, 300_000);
