import {mkdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {project, sleeper} from './project.ts';

/* pre_start: commands that run before a service, each once in a container of its own. */

test('they run in order after what the service depends on, once for all its containers, with its volumes and variables', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: `${sleeper}scale: 2\nenvironment: {WHO: web, AT: here}\nvolumes: ["./log:/log"]\ndepends_on: [db]\npre_start:
  - command: [sh, -c, 'echo "first $$WHO $$AT $$(pwd)" >> /log/lines']
    environment: {WHO: hook}
    working_dir: /tmp
  - command: [sh, -c, 'cat /log/lines; echo second >> /log/lines']
`,
		db: sleeper,
	});
	mkdirSync(`${at.folder}/log`);
	const up = await at.tsbox(['up', '-d', spec]);
	expect({status: up.status, err: up.status === 0 ? '' : up.err}).toEqual({status: 0, err: ''});
	expect(readFileSync(`${at.folder}/log/lines`, 'utf8')).toBe('first hook here /tmp\nsecond\n');
	expect((await at.tsbox(['logs', '--no-prefix', at.name, 'web-pre_start-2'])).out).toBe('first hook here /tmp\n');
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('one that fails keeps its service from starting', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: `${sleeper}pre_start: [{command: [sh, -c, "exit 17"]}, {command: [echo, never]}]\n`,
	});
	const up = await at.tsbox(['up', '-d', spec]);
	expect(up.status).toBe(1);
	expect(up.err).toContain('web-pre_start-1 ended with status 17');
	expect((await at.tsbox(['logs', '--no-prefix', at.name])).out).toBe('');
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});
