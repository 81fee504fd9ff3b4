import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {gc} from '../../src/container/recover/gc.ts';
import {type Compiled, compiled} from './compiled-script.ts';
import {baseLayer, type LayerContent, layeredImage, numberedLayer, opaque, whiteout} from './layered-store.ts';

/* Containers whose root filesystem is an overlay of the layers of an image. */

const base = await baseLayer();
const made: Compiled[] = [];

afterEach(async () => {
	for (const box of made.splice(0, made.length)) {
		await gc(box.machine, () => {});
		box.remove();
	}
});

describe.each(['calls', 'commands'] as const)('%s', executor => {
	async function container(spec: string, layers: readonly LayerContent[], isMapped = false): Promise<Compiled> {
		const box = await compiled(`layers-${process.pid}-${made.length}`, spec, {
			executor,
			image: (store, ids) => layeredImage(store, [base, ...layers], isMapped ? undefined : ids),
		});
		made.push(box);
		return box;
	}

	/** By tsbox and by a script, which must say the same. */
	async function output(box: Compiled): Promise<string> {
		const engine = await box.up();
		expect(engine.exitCode).toBe(0);
		expect(await box.start().ended).toMatchObject({stdout: engine.stdout, stderr: '', status: 0});
		expect(box.leftovers()).toEqual([]);
		return engine.stdout;
	}

	const many = Array.from({length: 126}, (_, at) => numberedLayer(at));
	const count = `command: [sh, -c, 'ls /layers | wc -l; cat /layers/0 /layers/125; touch /layers/new; stat -c %u /bin/busybox; id -u']\n`;

	test.each([
		['of root', '', false],
		['with ids of its own', 'userns_mode: auto\n', false],
		// mount(8) knows X-mount.idmap only since 2.39.
		...(executor === 'calls' ? [['with idmapped layers', 'userns_mode: auto\n', true] as const] : []),
	] as const)('127 layers are one tree in a container %s', async (_, head, isMapped) => {
		expect(await output(await container(`${head}${count}`, many, isMapped))).toBe('126\n0\n125\n0\n0\n');
	});

	test('whiteouts and opaque folders hide what is below', async () => {
		const box = await container(`command: [sh, -c, 'ls /a /b; ls /c 2>/dev/null || echo none']\n`, [
			tree => {
				for (const name of ['a', 'b', 'c']) {
					mkdirSync(join(tree, name));
					writeFileSync(join(tree, `${name}/old`), '');
				}
			},
			tree => {
				mkdirSync(join(tree, 'a'));
				whiteout(tree, 'a/old');
				writeFileSync(join(tree, 'a/new'), '');
				mkdirSync(join(tree, 'b'));
				opaque(tree, 'b');
				whiteout(tree, 'c');
			},
		]);
		expect(await output(box)).toBe('/a:\nnew\n\n/b:\nnone\n');
	});

	test('a /proc that is a symlink in the topmost layer that has it is refused; below a whiteout it is not', async () => {
		const link: LayerContent = tree => symlinkSync('../etc', join(tree, 'proc'));
		const hostile = await container('command: ["true"]\n', [link]);
		await expect(hostile.up()).rejects.toMatchObject({code: 'E_ARCHIVE_INVALID'});
		const script = await hostile.start().ended;
		expect(script.status).toBe(125);
		expect(script.stderr).toContain('/proc of the root filesystem is not a folder');
		expect(hostile.leftovers()).toEqual([]);
		const hidden = await container('command: [sh, -c, "cat /proc/1/comm"]\n', [link, tree => whiteout(tree, 'proc')]);
		expect(await output(hidden)).toBe('cat\n');
	});

	test('a script whose image is not in the store says how to get it', async () => {
		const box = await container('command: ["true"]\n', [numberedLayer(1)]);
		rmSync(join(box.machine.dirs.store, 'lower'), {recursive: true});
		const {status, stderr} = await box.start().ended;
		expect(status).toBe(125);
		expect(stderr).toContain('error: the image example.org/layers:1 is not in the store');
		expect(stderr).toContain('hint     tsbox images pull example.org/layers:1');
		expect(box.leftovers()).toEqual([]);
	});
});
