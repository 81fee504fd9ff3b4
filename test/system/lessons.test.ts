import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';

const root = process.getuid?.() === 0;
const examples = join(import.meta.dirname, '../../config/examples');
const lesson = (name: string): string => join(examples, 'learn', `${name}.yaml`);

describe.skipIf(!root)('the lessons', () => {
	test("1: in a chroot alone, the host's processes are there to be seen", async () => {
		await using box = await testBox();
		const marker = spawn('sleep', ['4242']);
		const {out} = await box.tsbox(['run', '--name', box.name, lesson('01-chroot'), '--', 'ps'], {
			env: {ROOTFS: box.rootfs},
		});
		marker.kill();
		expect(out).toContain('sleep 4242');
		expect(box.leftovers()).toEqual([]);
	});

	test('2: with namespaces it sees only its own', async () => {
		await using box = await testBox();
		const marker = spawn('sleep', ['4242']);
		const {out} = await box.tsbox(['run', '--name', box.name, lesson('02-namespaces'), '--', 'ps'], {
			env: {ROOTFS: box.rootfs},
		});
		marker.kill();
		expect(out).not.toContain('sleep 4242');
		expect(out).toMatch(/\n\s+1 root/);
		expect(box.leftovers()).toEqual([]);
	});

	test('3: another command enters it', async () => {
		await using box = await testBox();
		const up = box.start(
			['run', '--name', box.name, lesson('03-nsenter'), '--', 'sh', '-c', 'echo ready; exec sleep 60'],
			{
				env: {ROOTFS: box.rootfs},
			},
		);
		await up.says('ready');
		expect((await box.tsbox(['exec', box.name, '--', 'ps'])).out).toContain('sleep 60');
		up.child.kill('SIGTERM');
		await box.tsbox(['down', '-t', '0', box.name]);
		await up.ended;
		expect(box.leftovers()).toEqual([]);
	});

	test('4: the file can be read and not written', async () => {
		await using box = await testBox();
		const {out, err} = await box.tsbox(
			[
				'run',
				'--name',
				box.name,
				lesson('04-readonly-mount'),
				'--',
				'sh',
				'-c',
				'cat /var/readonlyfiles/hi.txt; echo no > /var/readonlyfiles/hi.txt',
			],
			{env: {ROOTFS: box.rootfs}},
		);
		expect(out.length).toBeGreaterThan(1);
		expect(err).toContain('Read-only file system');
		expect(box.leftovers()).toEqual([]);
	});

	test('5: 200 MB are too many, and the cgroup is gone afterwards', async () => {
		await using box = await testBox();
		const {status, err} = await box.tsbox(
			[
				'run',
				'--name',
				box.name,
				lesson('05-cgroup'),
				'--',
				'dd',
				'if=/dev/zero',
				'of=/dev/null',
				'bs=200M',
				'count=1',
			],
			{env: {ROOTFS: box.rootfs}},
		);
		expect(status).toBe(137);
		expect(err).toContain('killed by the memory limit of 100 MiB');
		expect(existsSync(`/sys/fs/cgroup/memory/tsbox/${box.name}`)).toBe(false);
		expect(box.leftovers()).toEqual([]);
	});
});

describe.skipIf(!root)('the examples', () => {
	test.each(['hello', 'limits', 'readonly'])('%s runs', async name => {
		await using box = await testBox();
		const {status, out} = await box.tsbox(['run', '--name', box.name, join(examples, `${name}.yaml`)]);
		expect(status).toBe(0);
		expect(out).not.toBe('');
		expect(box.leftovers()).toEqual([]);
	});

	test('plan says the same bytes twice, also to somebody without any right', async () => {
		await using box = await testBox();
		const plan = await box.tsbox(['plan', join(examples, 'hello.yaml')]);
		expect(plan.status).toBe(0);
		expect((await box.tsbox(['plan', join(examples, 'hello.yaml')])).out).toBe(plan.out);
	});
});
