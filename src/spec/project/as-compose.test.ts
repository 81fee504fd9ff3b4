import {expect, test} from 'vitest';
import type {Project, Service} from '../model/project.ts';
import {loadProject} from './load.ts';

/** What Compose accepts although it is no good form, and what it means. */

function load(services: string, rest = ''): Project {
	const text = `services: ${services}\n${rest}`;
	return loadProject({
		file: '/shop/compose.yaml',
		cwd: '/shop',
		env: {HOME: '/root'},
		readText: path => (path === '/shop/compose.yaml' ? text : undefined),
		kindOf: () => undefined,
	});
}

test.each([
	['no limit of memory', 'mem_limit: 0', {memLimit: undefined}],
	['no limit of processors', 'cpus: 0.0', {cpus: undefined}],
	['no limits of deploy', "deploy: {resources: {limits: {memory: 0b, cpus: '0', pids: 0}}}", {memLimit: undefined}],
	['no time to stop', "stop_grace_period: '0'", {stopGraceMs: 0}],
	['a port with an empty address', "ports: [':8080:80']", {ports: [{target: 80, published: 8080, protocol: 'tcp'}]}],
	['no search domain', "dns_search: ''", {dnsSearch: ['.']}],
	['no name server', "dns: ['', 9.9.9.9]", {dns: ['9.9.9.9']}],
	['a name server of a variable that is not set', 'dns: $NONE', {dns: undefined}],
	[
		'a word of restart in deploy',
		'deploy: {restart_policy: {condition: unless-stopped}}',
		{restart: {kind: 'unless-stopped'}},
	],
	['no in deploy', "deploy: {restart_policy: {condition: 'no'}}", {restart: {kind: 'no'}}],
	['a processor without a system', 'platform: s390x', {rootfs: expect.objectContaining({platform: 'linux/s390x'})}],
	[
		'a folder without a dot',
		'volumes: [{type: bind, source: data, target: /x}]',
		{volumes: [expect.objectContaining({source: '/shop/data'})]},
	],
	['ports of the host', 'network_mode: host, ports: [80]', {ports: []}],
	['ports without a network', 'network_mode: none, ports: [80]', {ports: []}],
])('%s', (_, keys, fields) => {
	const [service] = load(`{web: {image: "alpine:3", ${keys}}}`).services;
	for (const [field, value] of Object.entries(fields)) expect(service?.[field as keyof Service]).toEqual(value);
});

test.each([
	['volumes: [./a:/b:roo]', 'a mount of this kind has no such option'],
	['volumes: ["data:/b:nocpy"]', 'a mount of this kind has no such option'],
	['volumes: ["data:/b:ro,shared"]', 'a mount of this kind has no such option'],
	['network_mode: host, ports: [80]', 'the container has no ports of its own'],
	['networks: {default: {driver_opts: {a: b}}}', 'an interface has no such option'],
	['networks: {default: {driver_opts: ["a=b"]}}', 'an interface has no such option'],
	['volumes: [./a:/d, ./b:/d]', '`volumes` of `web` has this entry again further down'],
])('%s is told of', (keys, text) => {
	const {warnings = []} = load(`{web: {image: "alpine:3", ${keys}}}`, 'volumes: {data: {}}');
	expect(warnings.map(warning => warning.text)).toEqual([expect.stringContaining(text)]);
});

test('an option that the driver of a network does not have is told of', () => {
	const {warnings} = load(
		'{web: {image: a}}',
		'networks: {a: {driver_opts: {parent: eth0, com.docker.network.driver.mtu: 1400}}}',
	);
	expect(warnings).toEqual([{text: expect.stringContaining('its driver has no such option'), services: []}]);
});

test('of two mounts at the same target the last one holds', () => {
	const [service] = load(
		'{web: {image: a, volumes: [./a:/d, ./b:/e, {type: bind, source: ./c, target: /d}]}}',
	).services;
	expect(service?.volumes).toMatchObject([{source: '/shop/c'}, {source: '/shop/b'}]);
});

test('a port that is there twice counts once, and nothing is told', () => {
	const {services, warnings} = load('{web: {image: a, ports: ["80:80", "80:80"]}}');
	expect(services[0]?.ports).toHaveLength(1);
	expect(warnings).toBeUndefined();
});

test('an alias of a link is a name of the service on the networks that both are on', () => {
	const {services} = load(
		'{web: {image: a, links: ["db:mysql", db], networks: [front, back]}, db: {image: b, networks: [back, other]}}',
		'networks: {front: {}, back: {}, other: {}}',
	);
	const joins = services[1]?.networks?.map(({network, aliases}) => [network.key, aliases]);
	expect(joins).toEqual([
		['back', ['mysql']],
		['other', []],
	]);
	expect(services[0]?.dependsOn).toEqual([
		{service: 'db', condition: 'service_started', required: true, restart: true},
	]);
});

const twins = '{a: {image: x, container_name: it, profiles: [a]}, b: {image: x, container_name: it, profiles: [b]}}';

test('services of different profiles may have the same name', () => {
	expect(load(twins).services.map(({name}) => name)).toEqual(['it', 'it']);
	expect(() => load(twins.replace('profiles: [b]', 'profiles: [a, b]'))).toThrow('two containers have the name `it`');
});

test('a subnet of IPv6 makes a network of IPv6', () => {
	const {networks} = load('{web: {image: a}}', 'networks: {six: {ipam: {config: [{subnet: "fd00:5::/64"}]}}}');
	expect(networks?.find(({key}) => key === 'six')).toMatchObject({enableIpv6: true});
});

test('a volume of others may be named as in files of version 2', () => {
	const {volumes} = load('{web: {image: a}}', 'volumes: {data: {external: {name: theirs}}, own: {driver: default}}');
	expect(volumes).toMatchObject([
		{key: 'data', name: 'theirs', project: null},
		{key: 'own', name: 'shop_own'},
	]);
});

test('an overlay network is a bridge, and `runtime` is that of tsbox', () => {
	const {services, warnings = []} = load(
		'{web: {image: a, networks: [front], runtime: runc}, gpu: {image: a, runtime: nvidia}}',
		'networks: {front: {driver: overlay}, back: {driver: weave}}',
	);
	expect(services.map(({networks = []}) => networks.map(({network}) => network.driver))).toEqual([
		['bridge'],
		['bridge'],
	]);
	expect(services.map(({cdi}) => cdi)).toEqual([undefined, [{kind: 'nvidia.com/gpu', count: -1}]]);
	expect(warnings.map(({text}) => text)).toEqual([
		'`networks.back` is left out: no service uses it, and tsbox has no such thing',
		'`runtime` `runc` or `crun` of `web` has no effect: tsbox is the runtime',
		'`networks.*.driver` `overlay` of `networks` has no effect: all containers are on one machine, and it is a bridge',
	]);
});

test('of a range of ports of the host one that is free is taken', () => {
	const {services} = load(
		'{web: {image: a, ports: ["127.0.0.1:8000-8010:80/udp", {target: 81, published: "9000-9001"}]}}',
	);
	expect(services[0]?.ports).toEqual([
		{target: 80, among: [8000, 8010], hostIp: '127.0.0.1', protocol: 'udp'},
		{target: 81, among: [9000, 9001], protocol: 'tcp'},
	]);
});

test('the mode of a config may be decimal, as programs write it', () => {
	const mode = (text: string) =>
		load(`{web: {image: a, configs: [{source: c, mode: ${text}}]}}`, 'configs: {c: {content: x}}').services[0]
			?.given?.[0]?.mode;
	expect([mode('493'), mode('0440'), mode('"0400"')]).toEqual([0o755, 0o440, 0o400]);
});

test('words of YAML 1.1 and variables are booleans too', () => {
	const [service] = load('{web: {image: a, read_only: yes, tty: "on", init: N, stdin_open: "True"}}').services;
	expect(service).toMatchObject({readOnly: true, tty: true, init: false, stdinOpen: true});
});

test('keys that are nothing are as if they were not there', () => {
	const nothing = load('{web: {image: a, command: , entrypoint: , deploy: , pid: , develop: }}');
	expect(nothing.services[0]).toMatchObject({entrypoint: [], command: []});
	expect(nothing.warnings).toBeUndefined();
});

test('a host may have several addresses', () => {
	const hosts = [
		{name: 'a', address: '1.1.1.1'},
		{name: 'a', address: '::1'},
	];
	for (const written of ['["a=1.1.1.1", "a:::1"]', '{a: [1.1.1.1, "::1"]}'])
		expect(load(`{web: {image: x, extra_hosts: ${written}}}`).services[0]?.extraHosts).toEqual(hosts);
});
