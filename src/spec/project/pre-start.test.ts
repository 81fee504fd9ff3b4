import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {Project} from '../model/project.ts';
import {loadProject} from './load.ts';

function load(text: string): Project {
	return loadProject({
		file: '/shop.yaml',
		cwd: '/',
		env: {},
		profiles: [],
		readText: path => (path === '/shop.yaml' ? text : undefined),
		kindOf: () => 'file',
	});
}

const file = `services:
  db: {image: postgres:16}
  web:
    build: ./web
    container_name: front
    user: www
    ports: [80]
    restart: always
    healthcheck: {test: [CMD, ok]}
    networks: {default: {aliases: [site], ipv4_address: 10.5.0.9}}
    depends_on: {db: {condition: service_healthy}}
    pre_start:
      - command: ./manage.py migrate
        user: root
      - {image: busybox, command: [chown, "1000", /data], privileged: true}
networks: {default: {ipam: {config: [{subnet: 10.5.0.0/24}]}}}
`;

test('each is a service: the first waits for what the service waits for, the service for the last', () => {
	const {services, builds = {}, active} = load(file);
	expect(services.map(({service, name}) => [service, name])).toEqual([
		['db', 'shop-db-1'],
		['web-pre_start-1', 'shop-web-pre_start-1'],
		['web-pre_start-2', 'shop-web-pre_start-2'],
		['web', 'front'],
	]);
	const [, first, second, web] = services;
	const completed = {condition: 'service_completed_successfully', required: true, restart: false};
	expect(first?.dependsOn).toEqual([{service: 'db', condition: 'service_healthy', required: true, restart: false}]);
	expect(second?.dependsOn).toEqual([{service: 'web-pre_start-1', ...completed}]);
	expect(web?.dependsOn?.at(-1)).toEqual({service: 'web-pre_start-2', ...completed});
	// What makes it a service is not theirs.
	expect(first).toMatchObject({user: 'root', command: ['./manage.py', 'migrate'], ports: []});
	expect([first?.restart, first?.healthcheck]).toEqual([undefined, undefined]);
	expect(first?.networks).toMatchObject([{aliases: []}]);
	expect(first?.networks?.[0]?.ipv4Address).toBeUndefined();
	// Another image is not built.
	expect(Object.keys(builds)).toEqual(['web-pre_start-1', 'web']);
	expect(second).toMatchObject({
		user: 'www',
		privileged: true,
		rootfs: {reference: 'docker.io/library/busybox:latest'},
		security: {seccomp: {kind: 'unconfined'}},
	});
	expect(active).toEqual(['db', 'web-pre_start-1', 'web-pre_start-2', 'web']);
});

test('a service that is scaled to nothing has none', () => {
	const text = 'services: {a: {image: x}, web: {image: x, scale: 0, pre_start: [{command: y}]}}';
	expect(load(text).services.map(({service}) => service)).toEqual(['a']);
});

test.each([
	['rootfs: host\npre_start: [{command: x}]\n', '`pre_start` needs a file with `services`'],
	['services: {web: {image: x, pre_start: [{image: y}]}}', 'has no `command`'],
	['services: {web: {image: x, pre_start: [{command: y, image: "http://z"}]}}', '`image` begins with `http:`'],
])('%j is refused', (text, problem) => {
	const complaint = (): string => {
		try {
			load(text);
		} catch (error) {
			if (isTsboxError(error)) return `${error.message}\n${error.output ?? ''}`;
			throw error;
		}
		return '';
	};
	expect(complaint()).toContain(problem);
});
