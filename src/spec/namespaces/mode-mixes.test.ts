import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {Project} from '../model/project.ts';
import {loadProject} from '../project/load.ts';

function load(services: string): Project {
	const text = `services:\n  db: {rootfs: host}\n  cache: {rootfs: host}\n  app: {rootfs: host, ${services}}\n`;
	return loadProject({
		file: '/shop.yaml',
		cwd: '/',
		env: {},
		readText: path => (path === '/shop.yaml' ? text : undefined),
		kindOf: () => 'directory',
	});
}

function app(text: string): Project['services'][number] {
	const found = load(text).services.find(({service}) => service === 'app');
	if (found === undefined) throw new Error('there is no app');
	return found;
}

function refusal(text: string): string {
	try {
		load(text);
		return 'fine';
	} catch (error) {
		return isTsboxError(error)
			? [error.message, ...(error.why ?? '').split('\n'), error.hint ?? ''].join('\n')
			: String(error);
	}
}

test('what is shared is not new, and the services that it is shared with start first and again', () => {
	const {namespaces, networks, dependsOn, hostname} = app(
		"network_mode: 'service:db', pid: 'service:db', ipc: 'service:cache', uts: host, depends_on: [db]",
	);
	expect(namespaces).toEqual(['mount', 'cgroup']);
	expect(networks).toBeUndefined();
	// A namespace ends with its container.
	const started = {condition: 'service_started', required: true, restart: true};
	expect(dependsOn).toEqual([
		{service: 'db', ...started},
		{service: 'cache', ...started},
	]);
	expect(hostname).toBeUndefined();
});

test('without an uts namespace of another container, the host name is that of the owner of the network', () => {
	expect(app("network_mode: 'container:db'").hostname).toBeUndefined();
	expect(app("pid: 'container:db'").hostname).toBe('shop-app-1');
	expect(app("pid: 'container:db'").dependsOn).toBeUndefined();
});

test.each([
	['a service that is not there', "network_mode: 'service:dp'"],
	['a service of its own', "pid: 'service:app'"],
	['a word that is close', 'ipc: sharable'],
	['no word at all', 'pid: private'],
	['no container', "ipc: 'container:../x'"],
	['a namespace that is new too', "pid: 'service:db', namespaces: [mount, pid]"],
	['the ipc of the host and a new one', 'ipc: host, namespaces: [mount, ipc]'],
	['an ipc namespace to share, and none', 'ipc: shareable, namespaces: [mount]'],
	['ports of another network', "network_mode: 'service:db', ports: [80]"],
	['networks besides', "network_mode: 'service:db', networks: [default]"],
	['a host name', "network_mode: 'service:db', hostname: x"],
	['name servers', "network_mode: 'service:db', dns: 9.9.9.9"],
	['what another network lets out', "network_mode: 'service:db', egress: [example.com]"],
	['a sysctl of another network', "network_mode: 'service:db', sysctls: {net.core.somaxconn: 1}"],
	['a reproducible run', "network_mode: 'service:db', reproducible: true"],
	['a circle', "network_mode: 'service:web'}\n  web: {rootfs: host, pid: 'service:app'"],
])('%s is refused', (_, text) => expect(refusal(text)).toMatchSnapshot());
