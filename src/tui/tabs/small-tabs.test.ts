import {expect, test} from 'vitest';
import type {ContainerMount, ContainerNetwork} from '../../container/machine/observed.ts';
import type {Body} from '../draw/line.ts';
import {configTab} from './config-tab.ts';
import {driftTab} from './drift-tab.ts';
import {mountsTab} from './mounts-tab.ts';
import {networkTab} from './network-tab.ts';
import {plainText, sampleFrame, textsIn} from '../../../test/support/sample-frame.ts';

const wide = sampleFrame(120);
const narrow = sampleFrame(80);
const ascii = sampleFrame(80, 24, 'C');

function text({lines}: Body): string {
	return plainText(lines);
}

const mounts: readonly ContainerMount[] = [
	{
		target: '/',
		type: 'overlay',
		source: 'overlay',
		options: ['rw', 'nodev', 'relatime'],
		step: {id: 'mounts.before', title: 'mount the root'},
	},
	{
		target: '/var/lib/postgresql/data',
		type: 'ext4',
		source: '/var/lib/tsbox/volumes/shop_data/_data',
		options: ['rw', 'nosuid'],
		step: {id: 'mounts.after', title: "mount the container's file tree"},
	},
	{target: '/mnt/\u001b]0;x\u0007', type: 'tmpfs', source: 'none', options: ['rw']},
];

test('a mount has the step that made it, and a mount without a step is marked', () => {
	expect(text(mountsTab(mounts, narrow))).toMatchInlineSnapshot(`
		"! 3 mounts, 1 of them made by no step of the plan
		TARGET                TYPE     SOURCE                STEP                  OPTIONS
		/                     overlay  overlay               mount the root        rw,nodev,relatime
		/var/lib/postgresql…  ext4     /var/lib/tsbox/volu…  mount the container…  rw,nosuid
		/mnt/\\x1b]0;x\\x07     tmpfs    none                  ! no step             rw"
	`);
	expect(text(mountsTab(mounts, wide))).toMatchInlineSnapshot(`
		"! 3 mounts, 1 of them made by no step of the plan
		TARGET                    TYPE     SOURCE                          STEP                            OPTIONS
		/                         overlay  overlay                         mount the root                  rw,nodev,relatime
		/var/lib/postgresql/data  ext4     /var/lib/tsbox/volumes/shop_d…  mount the container's file tr…  rw,nosuid
		/mnt/\\x1b]0;x\\x07         tmpfs    none                            ! no step                       rw"
	`);
	expect(text(mountsTab(mounts, ascii))).toMatch(/^[\n\x20-\x7e]*$/);
});

test('a message says that all mounts are of the plan', () => {
	expect(text(mountsTab(mounts.slice(0, 2), narrow))).toContain('✔ 2 mounts, each made by a step of the plan');
	expect(text(mountsTab([], narrow))).toBe('no mounts are seen');
});

const network: ContainerNetwork = {
	kind: 'own',
	interfaces: [
		{name: 'lo', addresses: ['127.0.0.1/8', '::1/128'], rxBytes: 2048, txBytes: 2048, rxPackets: 12, txPackets: 12},
		{name: 'eth0', addresses: [], rxBytes: 0, txBytes: 1, rxPackets: 0, txPackets: 1},
	],
	routes: ['default via 10.0.0.1 dev eth0'],
	listening: [
		{protocol: 'tcp', address: '0.0.0.0', port: 80, program: 'nginx'},
		{protocol: 'tcp', address: '::', port: 8080, program: 'node'},
	],
	networks: [],
	ports: ['8080:80/tcp'],
	isPublished: false,
};

test('a network has its interfaces, routes, sockets, and ports', () => {
	expect(text(networkTab(network, narrow))).toMatchInlineSnapshot(`
		"a network of its own

		interfaces
		  lo    127.0.0.1/8 ::1/128  received 2 KiB in 12 packets  sent 2 KiB in 12 packets
		  eth0  no address           received 0 B in 0 packets     sent 1 B in 1 packet

		routes
		  default via 10.0.0.1 dev eth0

		listening
		  tcp  0.0.0.0:80  nginx
		  tcp  [::]:8080   node

		asked to be published
		  8080:80/tcp"
	`);
});

test('the networks of a container have their names, and its ports are published', () => {
	const joined: ContainerNetwork = {
		...network,
		networks: [
			{
				name: 'shop_default',
				addresses: ['10.89.0.2'],
				interface: 'eth0',
				names: ['web', 'shop-web-1'],
				internal: false,
			},
			{name: 'shop_inner', addresses: ['10.89.1.9'], interface: 'eth1', names: ['web'], internal: true},
		],
		ports: ['0.0.0.0:8080 -> 80/tcp'],
		isPublished: true,
	};
	expect(text(networkTab(joined, narrow))).toMatchInlineSnapshot(`
		"a network of its own

		networks
		  shop_default  10.89.0.2 on eth0  known as web, shop-web-1
		  shop_inner    10.89.1.9 on eth1  known as web              internal: no way out

		interfaces
		  lo    127.0.0.1/8 ::1/128  received 2 KiB in 12 packets  sent 2 KiB in 12 packets
		  eth0  no address           received 0 B in 0 packets     sent 1 B in 1 packet

		routes
		  default via 10.0.0.1 dev eth0

		listening
		  tcp  0.0.0.0:80  nginx
		  tcp  [::]:8080   node

		published
		  0.0.0.0:8080 -> 80/tcp"
	`);
});

test('the list of an `egress` is shown, and an empty one has a message', () => {
	const shown = (...egress: readonly string[]) => text(networkTab({...network, egress}, narrow));
	expect(shown('api.example.com:443/tcp', '10.0.0.0/8')).toContain(
		'a network of its own\n\negress\n  api.example.com:443/tcp\n  10.0.0.0/8\n\ninterfaces',
	);
	expect(shown()).toContain('\negress\n  nothing: only its networks can be reached\n');
	expect(text(networkTab(network, narrow))).not.toContain('egress');
});

test('an empty network has messages, and the network of the host has a warning', () => {
	const none: ContainerNetwork = {
		kind: 'host',
		interfaces: [],
		routes: [],
		listening: [],
		networks: [],
		ports: [],
		isPublished: false,
	};
	expect(text(networkTab(none, ascii))).toMatchInlineSnapshot(`
		"! the network of the host: it sees and reaches all that the host does

		interfaces
		  none

		routes
		  none: nothing outside can be reached

		listening
		  no socket listens

		asked to be published
		  nothing"
	`);
});

const entries = [
	{key: 'mem_limit', value: '104857600', origin: 'shop.yaml:4:12'},
	{key: 'environment.LANG', value: 'C.UTF-8', origin: 'default'},
	{key: 'command', value: 'sh -c "\u001b[31mred"', origin: ''},
];

test('a configuration is a table of values and their origins', () => {
	expect(text(configTab(entries, {filter: ''}, narrow))).toMatchInlineSnapshot(`
		"3 values
		KEY               VALUE                FROM
		mem_limit         104857600            shop.yaml:4:12
		environment.LANG  C.UTF-8              default
		command           sh -c "\\x1b[31mred"  -"
	`);
});

test('a filter keeps the entries with its text, and highlights them', () => {
	const body = configTab(entries, {filter: 'lang'}, narrow);
	expect(text(body)).toMatchInlineSnapshot(`
		"1 of 3 values with "lang"
		KEY               VALUE    FROM
		environment.LANG  C.UTF-8  default"
	`);
	expect(textsIn(body.lines, 'match')).toEqual(['environment.LANG  ']);
	expect(text(configTab(entries, {filter: 'zzz'}, narrow))).toBe('0 of 3 values with "zzz"');
});

test('a container that matches its plan has one line of drift', () => {
	expect(text(driftTab({differences: [], checked: 31, unchecked: []}, narrow))).toBe('✔ all 31 checks agree');
	expect(text(driftTab({differences: [], checked: 0, unchecked: []}, ascii))).toBe('. nothing was checked');
});

test('a difference is shown with its step, and so are the missing checks', () => {
	const drift = {
		differences: [
			{
				stepId: 'cgroup.memory',
				title: 'limit memory to 100 MiB',
				problem: '/sys/fs/cgroup/tsbox/demo/memory.max reads max and not 104857600, which is what the spec asks for',
			},
		],
		checked: 31,
		unchecked: ['/proc/sys/kernel/hostname, read in the container, is demo'],
	};
	expect(text(driftTab(drift, narrow))).toMatchInlineSnapshot(`
		"✘ 1 of 31 checks no longer agrees

		✘ limit memory to 100 MiB
		  /sys/fs/cgroup/tsbox/demo/memory.max reads max and not 104857600, which is
		  what the spec asks for

		not checked, because it is not seen from outside
		· /proc/sys/kernel/hostname, read in the container, is demo"
	`);
	expect(text(driftTab(drift, ascii))).toMatch(/^[\n\x20-\x7e]*$/);
});
