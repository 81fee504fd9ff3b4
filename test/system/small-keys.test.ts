import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {project, sleeper} from './project.ts';

/* Keys of the Compose Specification that are small at run time: label_file, annotations, attach, logging of none, external_links. */

test('labels of files and of the spec, and annotations, are shown by inspect', async () => {
	await using at = await testBox();
	at.file('a.labels', '# of the team\nteam=web\ntier=front\n');
	at.file('b.labels', 'tier="back end"\n');
	const spec = project(at, {
		web: `${sleeper}label_file: [./a.labels, ./b.labels]\nlabels: {team: shop}\nannotations: {org.example.owner: ada}\n`,
	});
	expect((await at.tsbox(['up', '-d', spec])).status).toBe(0);
	const inspected = (await at.tsbox(['inspect', '--json', `${at.name}-web-1`])).out;
	expect(inspected).toMatch(/"team": "shop"/);
	expect(inspected).toMatch(/"tier": "back end"/);
	expect(inspected).toMatch(/"org.example.owner": "ada"/);
	// A label that a file has changes the container as one of the spec does.
	at.file('b.labels', 'tier=middle\n');
	expect((await at.tsbox(['up', '-d', spec])).err).toContain('label');
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('up in the foreground does not show what says attach: false, unless it is asked to', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: 'command: [sh, -c, "echo from web"]\n',
		quiet: 'command: [sh, -c, "echo from quiet"]\nattach: false\n',
	});
	expect((await at.tsbox(['up', spec])).out).toBe('web   | from web\n');
	expect((await at.tsbox(['up', '--attach', 'quiet', spec])).out).toBe('quiet | from quiet\n');
	expect(at.leftovers()).toEqual([]);
});

test('with the logging driver none nothing is kept, and logs says so', async () => {
	await using at = await testBox();
	const spec = project(at, {
		loud: 'command: [sh, -c, "echo much; sleep 0.1"]\nlogging: {driver: none}\n',
		web: 'command: [sh, -c, "echo little"]\n',
	});
	expect((await at.tsbox(['up', '-d', spec])).status).toBe(0);
	expect((await at.tsbox(['wait', `${at.name}-loud-1`])).out).toBe('0\n');
	expect((await at.tsbox(['logs', '--no-prefix', at.name])).out).toBe('little\n');
	const refused = await at.tsbox(['logs', at.name, 'loud']);
	expect(refused).toMatchObject({status: 2, err: expect.stringContaining(`nothing is kept of what ${at.name}-loud-1`)});
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a container of another project is found by the alias of external_links, and must be there', async () => {
	await using at = await testBox();
	const network = `${at.name}-shared`;
	await at.tsbox(['network', 'create', network]);
	const networks = `networks: {shared: {external: true, name: ${network}}}\n`;
	const service = (body: string): string => `services: {it: {rootfs: ${at.rootfs}, networks: [shared], ${body}}}\n`;
	const other = at.file(
		'other.yaml',
		`name: ${at.name}-other\n${networks}${service('command: [sleep, "100"], container_name: db-of-' + at.name)}`,
	);
	const mine = at.file(
		'mine.yaml',
		`name: ${at.name}\n${networks}${service(`external_links: ["db-of-${at.name}:store"], command: [sh, -c, "ping -c 1 store && echo found"]`)}`,
	);
	const early = await at.tsbox(['run', mine, 'it']);
	expect(early.err).toContain(`db-of-${at.name}, which ${at.name}-it-1 is linked to, is on none of its networks`);
	expect((await at.tsbox(['up', '-d', other])).status).toBe(0);
	expect((await at.tsbox(['run', mine, 'it'])).out).toContain('found\n');
	await at.tsbox(['down', `${at.name}-other`]);
	await at.tsbox(['network', 'rm', network]);
	expect(at.leftovers()).toEqual([]);
});
