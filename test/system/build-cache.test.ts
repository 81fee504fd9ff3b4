import {existsSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {buildContext, built, fromBusybox, unfinished} from './build-context.ts';

/* What builds keep for later ones: how much it is, and how it goes. */

interface Use {
	readonly bytes: number;
	readonly rows: readonly {
		readonly kind: string;
		readonly count: number;
		readonly active: number;
		readonly bytes: number;
		readonly reclaimable: number;
		readonly command: string;
	}[];
}

async function use(box: TestBox) {
	const use = JSON.parse((await box.tsbox(['du', '--json'])).out) as Use;
	const row = (kind: string) => use.rows.find(each => each.kind === kind);
	return {images: row('images'), cache: row('build-cache'), bytes: use.bytes};
}

/** Files of the folders of a store that have the rows, the mounts, and the unpacked layers. */
function kept(box: TestBox) {
	const list = (name: string): readonly string[] => {
		const path = join(box.folder, 'store', name);
		return existsSync(path) ? readdirSync(path).filter(each => !each.endsWith('.lock')) : [];
	};
	return {rows: list('build/rows'), mounts: list('build/mounts'), layers: list('lower'), blobs: list('blobs/sha256')};
}

/** Whether there are layers, where no image has any. */
function hasCache(box: TestBox): boolean {
	return kept(box).layers.length > 0;
}

async function prune(box: TestBox, ...args: string[]): Promise<readonly string[]> {
	const {status, out, err} = await box.tsbox(['images', 'prune', ...args]);
	expect({status, err}).toEqual({status: 0, err: expect.stringMatching(/^freed /)});
	expect(err.includes('images prune --build-cache')).toBe(!args.includes('--build-cache') && hasCache(box));
	// The digest stands in front.
	return out.split('\n').flatMap(line => (line === '' ? [] : [line.slice(line.indexOf(' ') + 1)]));
}

const command = 'echo x > /c/n && head -c 300000 /dev/zero > /big';
const text = `${fromBusybox}RUN --mount=type=cache,id=pkgs,target=/c ${command}\nLABEL a=b\n`;

// Files of a layer have owners, which an ordinary user cannot give.
describe.runIf(process.getuid?.() === 0)('the cache of builds', () => {
	test('outlives its image, and goes when it is asked to', async () => {
		await using box = await testBox();
		const folder = buildContext(box, text);
		const {digest} = await built(box, ['-t', 'app', folder]);
		// Two layers and a mount; both layers are the image's, so that only the mount would go.
		const before = await use(box);
		expect(before.cache).toMatchObject({count: 3, active: 2, command: 'tsbox images prune --build-cache'});
		const mount = before.cache?.bytes ?? 0;
		expect(mount).toBeGreaterThan(0);
		expect(mount).toBeLessThan(100_000);

		expect(await box.tsbox(['images', 'rm', 'app'])).toMatchObject({status: 0});
		expect(await prune(box, '--all')).toEqual([]);
		const after = await use(box);
		expect(after.images).toMatchObject({count: 0, bytes: 0});
		expect(after.cache).toMatchObject({count: 3, active: 0});
		expect(after.cache?.bytes).toBeGreaterThan(mount + 300_000);
		expect(after.cache?.reclaimable).toBe(after.cache?.bytes);
		const again = await built(box, ['-t', 'app', folder]);
		expect(again.digest).toBe(digest);
		expect(again.err).toContain('cached');

		// What the image has stays known to builds.
		expect(await prune(box, '--build-cache')).toEqual(['pkgs']);
		expect((await built(box, ['-t', 'app', folder])).digest).toBe(digest);
		expect(kept(box).mounts).toEqual([]);

		await box.tsbox(['images', 'rm', 'app']);
		expect([...(await prune(box, '--build-cache'))].sort()).toEqual(['ADD rootfs.tar /', `RUN ${command}`]);
		expect(kept(box)).toMatchObject({layers: [], blobs: []});
		expect(kept(box).rows).toHaveLength(1);
		expect(await prune(box, '--build-cache', '--all')).toEqual(['LABEL a=b']);
		expect(kept(box)).toEqual({rows: [], mounts: [], layers: [], blobs: []});
		expect((await use(box)).cache).toMatchObject({count: 0, bytes: 0, reclaimable: 0});
		expect(unfinished(box)).toEqual([]);
		await box.tsbox(['gc']);
		expect(readdirSync(join(box.folder, 'store/build/mounts'))).toEqual([]);
	});

	test('goes by its last use and its size', async () => {
		await using box = await testBox();
		const folder = buildContext(box, `${fromBusybox}RUN head -c 300000 /dev/zero > /old\n`);
		const other = `${fromBusybox}RUN head -c 200000 /dev/zero > /new\n`;
		await built(box, ['-t', 'app', folder]);
		writeFileSync(join(folder, 'Dockerfile'), other);
		await built(box, ['-t', 'app', folder]);
		await box.tsbox(['images', 'rm', 'app']);
		await prune(box);
		const rows = join(box.folder, 'store/build/rows');
		const past = Date.now() / 1000 - 10 * 86_400;
		for (const name of readdirSync(rows)) utimesSync(join(rows, name), past, past);
		expect(await prune(box, '--build-cache', '--older', '11d')).toEqual([]);
		// A build that finds its layers has used them now.
		await built(box, ['-t', 'app', folder]);
		await box.tsbox(['images', 'rm', 'app']);
		await prune(box);
		expect(await prune(box, '--build-cache', '--keep-size', '1g')).toEqual([]);
		const {cache} = await use(box);
		const size = String((cache?.bytes ?? 0) - 1);
		expect(await prune(box, '--build-cache', '--keep-size', size)).toEqual(['RUN head -c 300000 /dev/zero > /old']);
		expect(await prune(box, '--build-cache', '--older', '9d')).toEqual([]);
		expect(await prune(box, '--build-cache', '--older', '0s')).toHaveLength(2);
		expect(kept(box)).toMatchObject({rows: [], layers: [], blobs: []});
	});

	test('does not go while a build runs, and leaves no record without its layer', async () => {
		await using box = await testBox();
		const folder = buildContext(box, `${fromBusybox}RUN echo running && exec sleep 1000\n`);
		const running = box.start(['build', folder]);
		await running.says('running');
		expect(await box.tsbox(['images', 'prune', '--build-cache', '--all'])).toMatchObject({
			status: 125,
			err: expect.stringContaining('the cache of builds is in use'),
		});
		running.child.kill('SIGINT');
		await running.ended;
		expect(kept(box).rows).toHaveLength(1);
		rmSync(join(box.folder, 'store/lower'), {recursive: true});
		expect((await box.tsbox(['gc'])).out).toContain('store/build/rows/');
		expect(kept(box).rows).toEqual([]);
		expect(await box.tsbox(['images', 'ls', '--build-cache'])).toMatchObject({
			status: 2,
			err: expect.stringContaining('images ls takes no --build-cache; prune does'),
		});
	});
});
