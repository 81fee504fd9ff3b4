import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {project, sleeper} from './project.ts';

/* volumes_from: the mounts of another service, or of another container. */

test('a service has the mounts of another one, read-only where it says so, its own first, and starts after it', async () => {
	await using at = await testBox();
	mkdirSync(join(at.folder, 'site'));
	writeFileSync(join(at.folder, 'site/page'), 'hello');
	const spec = project(at, {
		reader: `${sleeper}volumes_from: ["db:ro"]\ntmpfs: [/scratch]\n`,
		writer: `${sleeper}volumes_from: [db]\n`,
		db: `command: [sh, -c, "echo data > /data/file; exec sleep 100"]\nvolumes: [/data, "./site:/site", "/tmp:/scratch"]\n`,
	});
	const up = await at.tsbox(['up', '-d', spec]);
	expect({status: up.status, err: up.status === 0 ? '' : up.err}).toEqual({status: 0, err: ''});
	const inside = async (service: string, text: string) => {
		const {status, out} = await at.tsbox(['exec', `${at.name}-${service}-1`, 'sh', '-c', text]);
		return {status, out};
	};
	expect(await inside('reader', 'cat /data/file /site/page')).toEqual({status: 0, out: 'data\nhello'});
	expect(await inside('reader', 'echo x > /data/file || echo x > /site/page')).toMatchObject({status: 1});
	expect((await inside('reader', 'grep " /scratch " /proc/mounts')).out).toMatch(/^tmpfs /);
	expect(await inside('writer', 'echo more >> /data/file')).toEqual({status: 0, out: ''});
	expect((await inside('db', 'cat /data/file')).out).toBe('data\nmore\n');
	// A change of the other one reaches those that have its mounts.
	const changed = project(at, {
		reader: `${sleeper}volumes_from: ["db:ro"]\ntmpfs: [/scratch]\n`,
		writer: `${sleeper}volumes_from: [db]\n`,
		db: `${sleeper}volumes: ["./site:/other"]\n`,
	});
	await at.tsbox(['up', '-d', changed]);
	expect(await inside('reader', 'cat /other/page')).toEqual({status: 0, out: 'hello'});
	await at.tsbox(['down', '-v', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a container has the mounts of one of another file, which must be there', async () => {
	await using at = await testBox();
	mkdirSync(join(at.folder, 'site'));
	writeFileSync(join(at.folder, 'site/page'), 'hello');
	const other = `other-${at.name}`;
	const giver = at.file(
		'giver.yaml',
		`name: ${other}\nrootfs: ${at.rootfs}\nvolumes: ["./site:/site:ro"]\ncommand: [sh, -c, "echo ready; exec sleep 100"]\n`,
	);
	const spec = at.spec(`volumes_from: ["container:${other}"]\n`);
	const early = await at.tsbox(['run', spec, '--', 'cat', '/site/page']);
	expect({status: early.status, err: early.err}).toMatchObject({status: 125, err: expect.stringContaining(other)});
	expect((await at.tsbox(['plan', spec])).status).toBe(0);
	const run = at.start(['up', '--plain', '-T', giver]);
	await run.says('ready');
	expect((await at.tsbox(['run', spec, '--', 'cat', '/site/page'])).out).toBe('hello');
	expect((await at.tsbox(['run', spec, '--', 'sh', '-c', 'echo x > /site/page'])).status).toBe(1);
	await at.tsbox(['down', '-t', '0', other]);
	await run.ended;
	expect(at.leftovers()).toEqual([]);
});
