import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* Several starts of one archive that is new to the store. */

/** Holds the lock of the test's archive, as a start that unpacks it does. */
async function holder(at: TestBox): Promise<{readonly kill: () => Promise<unknown>}> {
	const locks = join(at.folder, 'store/locks');
	mkdirSync(locks, {recursive: true, mode: 0o700});
	const digest = createHash('sha256').update(readFileSync(at.rootfs)).digest('hex');
	const words = [join(locks, `sha256-${digest}`), 'sh', '-c', 'echo held; read -r _'];
	// One process, so that its end is that of all who hold it.
	const child = spawn('flock', ['--no-fork', ...words], {stdio: ['pipe', 'pipe', 'inherit']});
	await once(child.stdout, 'data');
	return {
		kill: () => {
			child.kill('SIGKILL');
			return once(child, 'exit');
		},
	};
}

const waits = 'waiting for another start that unpacks busybox.tar';

test('one unpacks it and the others wait for that; one takes over from one that was killed', async () => {
	await using at = await testBox();
	const spec = at.spec('command: ["true"]\n');
	const first = await holder(at);
	const starts = ['a', 'b'].map(letter => at.start(['up', '--json', '--name', `${at.name}-${letter}`, spec]));
	await Promise.all(starts.map(({says}) => says(waits)));
	expect(readdirSync(join(at.folder, 'store/images'))).toEqual([]);
	await first.kill();
	const ends = await Promise.all(starts.map(({ended}) => ended));
	expect(ends.map(({status}) => status)).toEqual([0, 0]);
	// Who unpacks tells how far it is.
	expect(ends.filter(({out}) => out.includes('"step.progress"'))).toHaveLength(1);
	expect(readdirSync(join(at.folder, 'store/images'))).toHaveLength(1);
	expect(readdirSync(join(at.folder, 'store/locks'))).toEqual([]);
	expect(at.leftovers()).toEqual([]);
});

test('the wait can be interrupted', async () => {
	await using at = await testBox();
	const first = await holder(at);
	const start = at.start(['up', at.spec('command: ["true"]\n')]);
	await start.says(waits);
	start.child.kill('SIGINT');
	expect((await start.ended).status).toBe(130);
	await first.kill();
	expect(at.leftovers()).toEqual([]);
});
