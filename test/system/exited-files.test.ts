import {existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type Starter, type TestBox, testBox} from './box.ts';
import {rows, until} from './project.ts';

/* The files of a container that has exited: `cp` and `diff` have them until it is removed, and no path of them leads to the host. */

const root = process.getuid?.() === 0;
const starters: readonly (readonly [string, Starter])[] = [
	['root', undefined],
	['mapped', 'mapped'],
	['rootless', {uid: 61_238, gid: 61_238}],
];

async function exited(box: TestBox, spec: string): Promise<void> {
	expect(await box.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
	await until('it has exited', async () => (await rows(box, 'name'))[box.name]?.state === 'exited');
}

async function done(box: TestBox): Promise<void> {
	expect((await box.tsbox(['down', box.name])).status).toBe(0);
	expect(box.leftovers()).toEqual([]);
	expect(readdirSync(box.folder).filter(name => name.startsWith('.tsbox-cp'))).toEqual([]);
}

describe.skipIf(!root)('a container that has exited', () => {
	test.each(starters)('%s: its files come out, others go in, and the next start finds them', async (_, starter) => {
		await using box = await testBox(starter);
		const at = (path: string): string => join(box.folder, path);
		mkdirSync(at('volume'));
		mkdirSync(at('outside'));
		writeFileSync(at('outside/secret'), 'secret');
		writeFileSync(at('in'), 'from the host\n');
		const script = [
			'[ -e /new ] && { cat /new/in; stat -c %u:%g /new/in; exit; }',
			'mkdir /new; echo hello > /new/file; rm /etc/group',
			`ln -s ${box.folder}/outside /out; ln -s ${box.folder}/outside/secret /file; ln -s / /top`,
			'echo /nowhere > /etc/ld.so.preload; echo x > /seen/x 2>/dev/null',
		].join('; ');
		const command = JSON.stringify(script).replaceAll('$', '$$$$');
		await exited(box, box.spec(`volumes: ["./volume:/seen"]\ncommand: [sh, -c, ${command}]\n`));

		const {out: changed, status} = await box.tsbox(['diff', box.name]);
		expect({status, changed}).toEqual({
			status: 0,
			changed: [
				'C /etc',
				'D /etc/group',
				'A /etc/ld.so.preload',
				'A /file',
				'A /new',
				'A /new/file',
				'A /out',
				'A /top',
				'',
			].join('\n'),
		});

		const cp = (...words: readonly string[]) => box.tsbox(['cp', ...words]);
		expect(await cp(`${box.name}:/new`, '.')).toMatchObject({status: 0, err: ''});
		expect(readFileSync(at('new/file'), 'utf8')).toBe('hello\n');
		// What is deleted is deleted, the image's own is there, a link is a link.
		expect((await cp(`${box.name}:/etc/group`, '.')).err).toContain('does not exist');
		expect((await cp(`${box.name}:/top/etc/passwd`, 'passwd')).status).toBe(0);
		expect(readFileSync(at('passwd'), 'utf8')).toContain('app:x:1000');
		expect((await cp(`${box.name}:/out`, 'link')).status).toBe(0);
		expect(readlinkSync(at('link'))).toBe(at('outside'));

		for (const path of ['out/secret', 'file'])
			expect((await cp('-L', `${box.name}:/${path}`, 'stolen')).status).toBe(125);
		expect(existsSync(at('stolen'))).toBe(false);
		expect(await cp('in', `${box.name}:/new/in`)).toMatchObject({status: 0, err: ''});
		for (const path of ['out', 'out/x', 'file'])
			expect((await cp('in', `${box.name}:/${path}`)).err).not.toContain('bug in tsbox');
		expect(readdirSync(at('outside'))).toEqual(['secret']);
		expect(readFileSync(at('outside/secret'), 'utf8')).toBe('secret');

		// A volume is mounted only while it runs: nothing is written below it where nobody would ever see it.
		expect((await cp('in', `${box.name}:/seen/in`)).err).toContain(`copy from or to ${box.folder}/volume on the host`);
		expect((await cp('in', `${box.name}:/top/seen/in`)).err).toContain('Read-only file system');
		const whole = await cp(`${box.name}:/`, '-');
		expect({status: whole.status, err: whole.err}).toEqual({
			status: 0,
			err: `/seen not copied: mounted only while ${box.name} runs\n`,
		});

		await box.tsbox(['start', box.name]);
		await until('it has told', async () =>
			(await box.tsbox(['logs', '--no-prefix', box.name])).out.includes('\n0:0\n'),
		);
		expect((await box.tsbox(['logs', '--no-prefix', box.name])).out).toContain('from the host\n0:0\n');
		await done(box);
	});

	test.each(starters.filter(([name]) => name !== 'mapped'))('%s: rootfs: host, by its layers', async (_, starter) => {
		await using box = await testBox(starter);
		const script = `mkdir /${box.name}; echo x > /usr/${box.name}`;
		await exited(box, box.file('host.yaml', `name: ${box.name}\nrootfs: host\ncommand: [sh, -c, "${script}"]\n`));
		const {out} = await box.tsbox(['diff', box.name]);
		expect(out.split('\n')).toEqual(expect.arrayContaining([`A /${box.name}`, 'C /usr', `A /usr/${box.name}`]));
		expect(out).not.toMatch(/\/(proc|sys|dev)\b/);
		expect(await box.tsbox(['cp', `${box.name}:/usr/${box.name}`, 'got'])).toMatchObject({status: 0});
		expect(readFileSync(join(box.folder, 'got'), 'utf8')).toBe('x\n');
		await done(box);
	});
});
