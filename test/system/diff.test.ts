import {existsSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type Running, type Starter, type TestBox, testBox} from './box.ts';

const root = process.getuid?.() === 0;

/** A container that has run `script`, and waits. */
async function upWith(box: TestBox, script: string, more = ''): Promise<Running> {
	const command = JSON.stringify(`${script}; echo is up; exec sleep 10000`).replaceAll('$', '$$$$');
	const running = box.start(['up', '--plain', '-T', box.spec(`${more}command: [sh, -c, ${command}]\n`)]);
	await running.says('is up\n');
	return running;
}

async function downClean(box: TestBox, running: Running): Promise<void> {
	expect((await box.tsbox(['down', '-t', '0', box.name])).status).toBe(0);
	await running.ended;
	expect(box.leftovers()).toEqual([]);
}

const starters: readonly (readonly [string, Starter])[] = [
	['root', undefined],
	['mapped', 'mapped'],
	['rootless', {uid: 61_237, gid: 61_237}],
];

describe.skipIf(!root)('diff', () => {
	test.each(starters)(
		'%s: tells what was added, changed and deleted, and nothing of the mounts',
		async (_, starter) => {
			await using box = await testBox(starter);
			mkdirSync(join(box.folder, 'volume'));
			const running = await upWith(
				box,
				'mkdir -p /new/er; echo x > /new/er/file; echo x >> /etc/passwd; rm /etc/group; rmdir /home/app; echo x > /home/app; echo x > /tmp/x; rm /tmp/x; echo x > /seen/x; echo x > /dev/shm/x; ln -s / /new/link',
				'volumes: ["./volume:/seen", {type: tmpfs, target: /srv/deep/t}]\n',
			);
			const {status, out, err} = await box.tsbox(['diff', box.name]);
			expect({status, err}).toEqual({status: 0, err: ''});
			expect(out.trimEnd().split('\n')).toEqual([
				'C /etc',
				'D /etc/group',
				'C /etc/passwd',
				'C /home',
				'C /home/app',
				'A /new',
				'A /new/er',
				'A /new/er/file',
				'A /new/link',
				'C /tmp',
			]);
			const json = JSON.parse((await box.tsbox(['diff', '--json', box.name])).out) as readonly unknown[];
			expect(json).toContainEqual({change: 'D', path: '/etc/group'});
			expect(json).toHaveLength(10);
			await downClean(box, running);
		},
	);

	test.each(starters.filter(([name]) => name !== 'mapped'))('%s: rootfs: host, by its layers', async (_, starter) => {
		await using box = await testBox(starter);
		const script = `mkdir /${box.name}; echo x > /usr/${box.name}; echo is up; exec sleep 10000`;
		const spec = box.file('host.yaml', `name: ${box.name}\nrootfs: host\ncommand: [sh, -c, "${script}"]\n`);
		const running = box.start(['up', '--plain', '-T', spec]);
		await running.says('is up\n');
		const {status, out} = await box.tsbox(['diff', box.name]);
		expect(status).toBe(0);
		expect(out.split('\n')).toEqual(expect.arrayContaining([`A /${box.name}`, 'C /usr', `A /usr/${box.name}`]));
		expect(out).not.toMatch(/\/(proc|sys|dev)\b/);
		expect(existsSync(`/usr/${box.name}`)).toBe(false);
		await downClean(box, running);
	});

	test('a name with control characters is shown harmless', async () => {
		await using box = await testBox();
		const running = await upWith(box, 'touch "/a$(printf \'\\033\')[31m"');
		expect((await box.tsbox(['diff', box.name])).out).toBe('A /a\\x1b[31m\n');
		await downClean(box, running);
	});

	test('a folder without end is not followed to its end', async () => {
		await using box = await testBox();
		const running = await upWith(box, 'i=0; while [ $i -lt 400 ]; do mkdir d; cd d; i=$((i + 1)); done');
		const {status, err} = await box.tsbox(['diff', box.name]);
		expect({status, err}).toEqual({status: 0, err: expect.stringContaining('warning: ') as string});
		await downClean(box, running);
	});

	test('a container that does not run is refused', async () => {
		await using box = await testBox();
		const {status, err} = await box.tsbox(['diff', box.name]);
		expect([status, err]).toEqual([125, expect.stringContaining(`there is no container named ${box.name}`)]);
	});
});
