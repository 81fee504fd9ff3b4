import {randomUUID} from 'node:crypto';
import {existsSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* Devices of the Container Device Interface, which files of the host describe. */

const can = process.getuid?.() === 0 && existsSync('/dev/fuse');
const needs = can ? '' : ' (needs root and /dev/fuse)';

/** A file in /var/run/cdi while a test runs. */
function cdiFile(at: TestBox, text: unknown): Disposable & {readonly kind: string} {
	const folder = '/var/run/cdi';
	const isNew = !existsSync(folder);
	mkdirSync(folder, {recursive: true});
	const kind = `example.com/${at.name}`;
	const path = join(folder, `${at.name}-${randomUUID()}.json`);
	writeFileSync(path, JSON.stringify({cdiVersion: '0.6.0', kind, ...(text as object)}));
	return {
		kind,
		[Symbol.dispose]: () => {
			rmSync(path);
			if (isNew) rmSync(folder, {recursive: true});
		},
	};
}

describe.skipIf(!can)(`devices of CDI${needs}`, () => {
	test('bring nodes, files, variables and groups', async () => {
		await using at = await testBox();
		writeFileSync(join(at.folder, 'lib'), 'a library\n');
		using file = cdiFile(at, {
			containerEdits: {
				env: ['CARD=all'],
				mounts: [{hostPath: join(at.folder, 'lib'), containerPath: '/usr/lib/card', options: ['ro', 'bind']}],
			},
			devices: [
				{
					name: 'one',
					containerEdits: {
						env: ['CARD=one'],
						deviceNodes: [{path: '/dev/card0', hostPath: '/dev/fuse', permissions: 'rw'}],
						additionalGids: [4711],
					},
				},
				{name: 'two', containerEdits: {deviceNodes: [{path: '/dev/card1', hostPath: '/dev/fuse'}]}},
			],
		});
		const look = [
			'sh',
			'-c',
			'echo $CARD; ls /dev | grep card; cat /usr/lib/card; id -G; echo x 2>/dev/null > /usr/lib/card',
		];
		const one = await at.tsbox(['run', at.spec(`devices: ["${file.kind}=one"]\n`), '--', ...look]);
		expect(one).toMatchObject({status: 1, out: 'one\ncard0\na library\n0 4711\n'});
		const all = at.spec(`gpus: [{driver: example.com, capabilities: [${at.name}], count: all}]\n`);
		expect((await at.tsbox(['run', all, '--', 'sh', '-c', 'ls /dev | grep card'])).out).toBe('card0\ncard1\n');
		const first = `deploy: {resources: {reservations: {devices: [{driver: example.com, capabilities: [${at.name}], count: 1}]}}}\n`;
		expect((await at.tsbox(['run', at.spec(first), '--', 'sh', '-c', 'ls /dev | grep card'])).out).toBe('card0\n');
		using _gpu = cdiFile(at, {
			kind: 'nvidia.com/gpu',
			devices: [{name: '0', containerEdits: {deviceNodes: [{path: '/dev/card2', hostPath: '/dev/fuse'}]}}],
		});
		const runtime = at.spec('runtime: nvidia\n');
		expect((await at.tsbox(['run', runtime, '--', 'sh', '-c', 'ls /dev | grep card'])).out).toBe('card2\n');
		expect(at.leftovers()).toEqual([]);
	});

	test('that are not there, or want a hook, are refused before anything starts', async () => {
		await using at = await testBox();
		using file = cdiFile(at, {
			devices: [{name: 'one', containerEdits: {hooks: [{hookName: 'createContainer', path: '/usr/bin/hook'}]}}],
		});
		const refusal = async (keys: string, ...options: readonly string[]) =>
			at.tsbox(['run', ...options, at.spec(keys), '--', 'echo', 'started']);
		const other = await refusal(`devices: ["${file.kind}=two"]\n`);
		expect(other).toMatchObject({status: 125, out: '', err: expect.stringContaining(`there are one`)});
		const none = await refusal('gpus: [{driver: none.example}]\n');
		expect(none).toMatchObject({status: 125, out: '', err: expect.stringContaining('none.example/gpu')});
		const hook = await refusal(`devices: ["${file.kind}=one"]\n`);
		expect(hook).toMatchObject({status: 125, out: '', err: expect.stringContaining('wants the hook /usr/bin/hook')});
		const without = await refusal(`devices: ["${file.kind}=one"]\n`, '--best-effort');
		expect(without).toMatchObject({status: 0, out: 'started\n', err: expect.stringContaining('goes without the hook')});
		expect(at.leftovers()).toEqual([]);
	});
});
