import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {has, type Machine, machine} from './engines.ts';
import {type DockerEngine, dockerWithTsbox} from './runtime-engines.ts';
import {until} from './until.ts';

/* docker-compose 1.29, as Debian has it, with a Docker whose runtime is tsbox. */

const stack = `
version: "3.8"
services:
  store:
    image: busybox
    init: true
    command: sh -c 'echo page > /data/index.html; sleep 1; exec httpd -f -p 80 -h /data'
    volumes: [data:/data]
    networks: [back]
    healthcheck: {test: wget -qO- http://127.0.0.1/, interval: 1s}
  web:
    image: busybox
    init: true
    command: sh -c 'wget -qO /tmp/index.html http://store/ && echo fetched; exec httpd -f -p 80 -h /tmp'
    depends_on:
      store: {condition: service_healthy}
    networks: [back, front]
    restart: on-failure
    environment: {COLOR: blue}
  job:
    image: busybox
    command: echo done
    networks: [front]
    depends_on: [web]
volumes: {data: {}}
networks: {back: {internal: true}, front: {}}
`;

describe.runIf(has('dockerd', 'docker-compose'))('docker-compose', () => {
	let place: Machine;
	let docker: DockerEngine;
	beforeAll(async () => {
		place = await machine();
		docker = await dockerWithTsbox(place);
		mkdirSync(join(place.folder, 'lab'));
		writeFileSync(join(place.folder, 'lab/docker-compose.yaml'), stack);
	});
	afterAll(async () => {
		await docker?.[Symbol.asyncDispose]();
		await place?.[Symbol.asyncDispose]();
	});
	const compose = (...words: readonly string[]) =>
		place.out(
			'docker-compose',
			...docker.line.split(' ').slice(1),
			'--project-directory',
			'lab',
			'-f',
			'lab/docker-compose.yaml',
			...words,
		);
	const ids = (...services: readonly string[]) =>
		compose('ps', '-q', ...services)
			.split('\n')
			.filter(Boolean);

	test('a stack goes up in its order, is scaled, entered, and goes down with its volumes', async () => {
		compose('up', '-d');
		await until('the job is done', () => compose('logs', '--no-color', 'job').includes('done'));
		await until('web has fetched', () => /web_1 +\| fetched/.test(compose('logs', '--no-color', 'web')));
		expect(compose('exec', '-T', 'web', 'sh', '-c', 'echo $COLOR; wget -qO- http://store/')).toBe('blue\npage\n');
		expect(JSON.parse(docker.tsbox('ps', '--json').out)).toHaveLength(2);
		for (const id of ids('web', 'store'))
			expect(docker.tsbox('drift', `docker-${id.slice(0, 12)}`).out).toMatch(/^all \d+ checks agree\n$/);
		compose('up', '-d', '--scale', 'web=3', 'web');
		expect(ids('web')).toHaveLength(3);
		await until('each has its page', () =>
			ids('web').every(id => docker.run(['exec', id, 'wget', '-qO-', 'http://127.0.0.1/']).out === 'page\n'),
		);
		expect(compose('run', '--rm', 'job', 'wget', '-qO-', 'http://web/')).toBe('page\n');
		compose('restart', '-t', '0', 'store');
		compose('stop', '-t', '0', 'web');
		compose('start', 'web');
		expect(compose('top', 'store')).toContain('httpd -f');
		compose('down', '-v', '-t', '0');
		expect(docker.run(['ps', '-aq']).out + docker.run(['volume', 'ls', '-q']).out).toBe('');
		expect(docker.run(['network', 'ls', '--format', '{{.Name}}']).out).not.toContain('lab');
		expect(docker.containers()).toEqual([]);
		expect(place.cgroups()).toEqual([]);
	});
});
