import {expect, test} from 'vitest';
import type {Service} from '../model/project.ts';
import {loadProject} from '../project/load.ts';
import {complaintOf} from '../../../test/support/complaint.ts';

/** The project of a spec in /home/ada/shop.yaml. */
function load(text: string) {
	return loadProject({
		file: 'shop.yaml',
		cwd: '/home/ada',
		env: {},
		readText: path => (path === '/home/ada/shop.yaml' ? text : undefined),
		kindOf: () => undefined,
	});
}

const complaint = (text: string): string => complaintOf(() => load(text));

/** The keys and the names of the networks that a container is on; undefined for none. */
function joined({networks}: Service): readonly string[] | undefined {
	return networks?.map(({network}) => `${network.key}=${network.name}`);
}

/** The networks of each service of a file. */
function networksOf(text: string): Readonly<Record<string, readonly string[] | undefined>> {
	return Object.fromEntries(load(text).services.map(service => [service.service, joined(service)]));
}

test('every key of a network arrives', () => {
	const text = `
services: {web: {rootfs: host}}
networks:
  front:
    name: shop-front
    driver: default
    driver_opts: {com.docker.network.bridge.name: br-front, com.docker.network.driver.mtu: 1400}
    internal: true
    attachable: true
    enable_ipv4: true
    enable_ipv6: "true"
    ipam:
      driver: default
      config:
        - subnet: 10.5.0.0/24
          gateway: 10.5.0.254
          ip_range: 10.5.0.128/25
          aux_addresses: {printer: 10.5.0.9}
        - subnet: FD00:5:0::/64
    labels: [team=web, plain]
  back:
  theirs: {external: true}
  others: {external: {name: far_net}}
`;
	expect(load(text).networks).toMatchInlineSnapshot(`
		[
		  {
		    "attachable": true,
		    "bridge": "br-front",
		    "driver": "bridge",
		    "enableIpv4": true,
		    "enableIpv6": true,
		    "internal": true,
		    "key": "front",
		    "labels": {
		      "plain": "",
		      "team": "web",
		    },
		    "mtu": 1400,
		    "name": "shop-front",
		    "project": "shop",
		    "subnets": [
		      {
		        "auxAddresses": {
		          "printer": "10.5.0.9",
		        },
		        "gateway": "10.5.0.254",
		        "ipRange": "10.5.0.128/25",
		        "subnet": "10.5.0.0/24",
		      },
		      {
		        "auxAddresses": {},
		        "subnet": "fd00:5::/64",
		      },
		    ],
		  },
		  {
		    "attachable": false,
		    "driver": "bridge",
		    "enableIpv4": true,
		    "enableIpv6": false,
		    "internal": false,
		    "key": "back",
		    "labels": {},
		    "name": "shop_back",
		    "project": "shop",
		    "subnets": [],
		  },
		  {
		    "attachable": false,
		    "driver": "bridge",
		    "enableIpv4": true,
		    "enableIpv6": false,
		    "internal": false,
		    "key": "theirs",
		    "labels": {},
		    "name": "theirs",
		    "project": null,
		    "subnets": [],
		  },
		  {
		    "attachable": false,
		    "driver": "bridge",
		    "enableIpv4": true,
		    "enableIpv6": false,
		    "internal": false,
		    "key": "others",
		    "labels": {},
		    "name": "far_net",
		    "project": null,
		    "subnets": [],
		  },
		  {
		    "attachable": false,
		    "driver": "bridge",
		    "enableIpv4": true,
		    "enableIpv6": false,
		    "internal": false,
		    "key": "default",
		    "labels": {},
		    "name": "shop_default",
		    "project": "shop",
		    "subnets": [],
		  },
		]
	`);
});

test('every key of a service arrives', () => {
	const text = `
services:
  db: {rootfs: host}
  web:
    rootfs: host
    networks:
      back:
      front:
        aliases: [www, my_web, www]
        ipv4_address: 10.5.0.20
        ipv6_address: "FD00:5:0::20"
        mac_address: 02-42-AC-11-65-43
        priority: 5
        gw_priority: "7"
        interface_name: web0
        link_local_ips: [169.254.7.7, "fe80::7"]
        driver_opts:
          com.docker.network.endpoint.sysctls: net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.conf.IFNAME.accept_ra=0
    links: [db, "db:db"]
    expose: [3000, "53/udp", "8080-8085"]
    extra_hosts: {registry: 10.0.0.5, me: host-gateway}
    dns: [9.9.9.9, "2620:FE:0::fe"]
    dns_search: example.org.
    dns_opt: [ndots:2, rotate]
networks:
  front: {enable_ipv6: true, ipam: {config: [{subnet: 10.5.0.0/24}, {subnet: "fd00:5::/64"}]}}
  back: {external: true}
`;
	const [, web] = load(text).services;
	const {networks = [], dependsOn, expose, extraHosts, dns, dnsSearch, dnsOpt} = web ?? {};
	expect(networks[0]?.network).toEqual(load(text).networks?.[0]);
	expect({
		networks: networks.map(({network, ...join}) => ({...join, network: network.name})),
		dependsOn,
		expose,
		extraHosts,
		dns,
		dnsSearch,
		dnsOpt,
	}).toMatchInlineSnapshot(`
		{
		  "dependsOn": [
		    {
		      "condition": "service_started",
		      "required": true,
		      "restart": true,
		      "service": "db",
		    },
		  ],
		  "dns": [
		    "9.9.9.9",
		    "2620:fe::fe",
		  ],
		  "dnsOpt": [
		    "ndots:2",
		    "rotate",
		  ],
		  "dnsSearch": [
		    "example.org",
		  ],
		  "expose": [
		    "3000/tcp",
		    "53/udp",
		    "8080-8085/tcp",
		  ],
		  "extraHosts": [
		    {
		      "address": "10.0.0.5",
		      "name": "registry",
		    },
		    {
		      "address": "host-gateway",
		      "name": "me",
		    },
		  ],
		  "networks": [
		    {
		      "aliases": [
		        "www",
		        "my_web",
		      ],
		      "gwPriority": 7,
		      "interfaceName": "web0",
		      "ipv4Address": "10.5.0.20",
		      "ipv6Address": "fd00:5::20",
		      "linkLocalIps": [
		        "169.254.7.7",
		        "fe80::7",
		      ],
		      "macAddress": "02:42:ac:11:65:43",
		      "network": "shop_front",
		      "priority": 5,
		      "sysctls": {
		        "net.ipv4.conf.IFNAME.log_martians": "1",
		        "net.ipv6.conf.IFNAME.accept_ra": "0",
		      },
		    },
		    {
		      "aliases": [],
		      "gwPriority": 0,
		      "linkLocalIps": [],
		      "network": "back",
		      "priority": 0,
		      "sysctls": {},
		    },
		  ],
		}
	`);
});

test('a container is on the networks that it names, on the default one for its ports, or on none', () => {
	const text = `
name: shop
services:
  named: {rootfs: host, networks: [back, default]}
  ports: {rootfs: host, ports: [80]}
  plain: {rootfs: host}
  empty: {rootfs: host, networks: []}
  shared: {rootfs: host, network_mode: bridge, ports: [80]}
  alone: {rootfs: host, network_mode: none}
  open: {rootfs: host, network_mode: host}
  old: {rootfs: host, namespaces: [mount, pid], ports: [80]}
  same: {rootfs: host, reproducible: true, ports: [80]}
networks: {back: }
`;
	expect(networksOf(text)).toEqual({
		named: ['back=shop_back', 'default=shop_default'],
		ports: ['default=shop_default'],
		plain: ['default=shop_default'],
		empty: ['default=shop_default'],
		shared: ['bridge=bridge'],
		alone: undefined,
		open: undefined,
		old: undefined,
		same: undefined,
	});
	const {services, networks} = load(text);
	expect(networks?.map(({key}) => key)).toEqual(['back', 'default']);
	const open = services.find(({service}) => service === 'open');
	expect(open?.namespaces).not.toContain('network');
	expect(open?.networkMode).toBe('host');
	expect(services.find(({service}) => service === 'shared')?.networks?.[0]?.network.project).toBeNull();
});

test('a file that declares `default` has every service on it', () => {
	const services = '{web: {rootfs: host}, db: {rootfs: host, network_mode: none}}';
	expect(networksOf(`services: ${services}\nnetworks: {default: {name: lan}}`)).toEqual({
		web: ['default=lan'],
		db: undefined,
	});
	expect(load(`services: ${services}\nnetworks: {default: {name: lan}}`).networks?.map(({name}) => name)).toEqual([
		'lan',
	]);
});

test('a service that says nothing of networks is on that of its project', () => {
	expect(networksOf('services: {web: {rootfs: host}}')).toEqual({web: ['default=shop_default']});
	const origins = (text: string): unknown => load(text).services[0]?.origins['networks.default'];
	expect(origins('services: {web: {rootfs: host}}')).toEqual({kind: 'default'});
	// What the file declares is asked for.
	expect(origins('networks: {default: {}}\nservices: {web: {rootfs: host}}')).toMatchObject({kind: 'file'});
});

test('without networks are a file of one container, and services that ask for no network or for the same runs each time', () => {
	expect(load('rootfs: host').networks).toBeUndefined();
	for (const keys of ['network_mode: none', 'network_mode: host', 'namespaces: [mount, pid]', 'reproducible: true'])
		expect(load(`services: {web: {rootfs: host, ${keys}}}`).networks).toBeUndefined();
});

test('a file with one container has the default network of its project', () => {
	expect(networksOf('rootfs: host\nports: [80]')).toEqual({shop: ['default=shop_default']});
	expect(networksOf('name: solo\nrootfs: host\nnetworks: {default: {aliases: [www]}}')).toEqual({
		solo: ['default=solo_default'],
	});
	expect(networksOf('rootfs: minimal\nprofile: bare\nports: [80]')).toEqual({shop: undefined});
});

test('the MAC address of a service is that of the network with the highest priority', () => {
	const networks = '{a: {priority: 1}, b: {priority: 2, mac_address: "02:00:00:00:00:01"}}';
	const text = `services: {web: {rootfs: host, mac_address: "02:00:00:00:00:01", networks: ${networks}}}\nnetworks: {a: , b: }`;
	expect(load(text).services[0]?.networks?.map(({network, macAddress}) => [network.key, macAddress])).toEqual([
		['b', '02:00:00:00:00:01'],
		['a', undefined],
	]);
});

test('replicas without addresses of their own share a network', () => {
	const {services} = load('services: {web: {rootfs: host, scale: 2, networks: [default]}}');
	expect(services.map(joined)).toEqual([['default=shop_default'], ['default=shop_default']]);
});

test('where each network comes from is noted', () => {
	const {services} = load(
		'services:\n  web:\n    rootfs: host\n    networks: [default]\n  db: {rootfs: host, ports: [80]}\n',
	);
	expect(services[0]?.origins['networks.default']).toMatchObject({kind: 'file', line: 4, column: 16});
	expect(services[1]?.origins['networks.default']).toEqual({kind: 'default'});
});

/** A file with these networks, and a service with these keys. */
function file(service: string, networks = '{front: }'): string {
	return `services:\n  web: {rootfs: host, ${service}}\nnetworks: ${networks}\n`;
}

const subnet = '{front: {ipam: {config: [{subnet: 10.5.0.0/24, aux_addresses: {printer: 10.5.0.9}}]}}}';
const config = (text: string) => file('networks: [front]', `{front: {ipam: {config: [${text}]}}}`);

test.each<readonly [string, string]>([
	['a network that is not declared', file('networks: [frnt]')],
	['a network that is like no other', file('networks: {cache: {aliases: [a]}}')],
	['a network twice', file('networks: [front, front]')],
	['the network of the host by its name', file('networks: [host]')],
	['a network of a file with one container', 'rootfs: host\nnetworks: [front]'],
	['a list of networks at the top', file('networks: [front]', '[front]')],
	['a network whose name is a path', file('networks: [front]', '{front: {name: ../x}}')],
	['a network whose key is a path', file('ports: [80]', '{../x: }')],
	['a misspelt key of a network', file('networks: [front]', '{front: {internl: true}}')],
	['a misspelt key of a join', file('networks: {front: {alias: [a]}}')],
	...['macvlan', 'ipvlan', 'host', 'none', '"null"', 'weave'].map(
		driver => [`the driver ${driver}`, file('networks: [front]', `{front: {driver: ${driver}}}`)] as const,
	),
	[
		'a mode that the driver does not have',
		file('networks: [front]', '{front: {driver: macvlan, driver_opts: {parent: eth0, macvlan_mode: l2}}}'),
	],
	[
		'a VLAN with a large number',
		file('networks: [front]', '{front: {driver: ipvlan, driver_opts: {parent: eth0.4095}}}'),
	],
	[
		'a bridge with a long name',
		file('networks: [front]', '{front: {driver_opts: {com.docker.network.bridge.name: a-bridge-of-mine}}}'),
	],
	['a packet of nothing', file('networks: [front]', '{front: {driver_opts: [com.docker.network.driver.mtu=0]}}')],
	['an external network with keys', file('networks: [front]', '{front: {external: true, internal: true}}')],
	['an external network with two names', file('networks: [front]', '{front: {name: a, external: {name: b}}}')],
	['the host as an external network', file('networks: [front]', '{front: {external: true, name: host}}')],
	['a network without addresses', file('networks: [front]', '{front: {enable_ipv4: false}}')],
	['another driver of addresses', file('networks: [front]', '{front: {ipam: {driver: dhcp}}}')],
	['options of addresses', file('networks: [front]', '{front: {ipam: {options: {a: b}}}}')],
	['a subnet that is none', config('{subnet: 10.5.0.0}')],
	['a subnet that is a host', config('{subnet: 10.5.0.7/24}')],
	['a subnet without room', config('{subnet: 10.5.0.0/31}')],
	['a range without a subnet', config('{gateway: 10.5.0.1}')],
	[
		'a subnet of IPv4 without it',
		file(
			'networks: [front]',
			'{front: {enable_ipv4: false, enable_ipv6: true, ipam: {config: [{subnet: 10.5.0.0/24}]}}}',
		),
	],
	['a gateway elsewhere', config('{subnet: 10.5.0.0/24, gateway: 10.6.0.1}')],
	['a gateway that is the broadcast address', config('{subnet: 10.5.0.0/24, gateway: 10.5.0.255}')],
	['a range elsewhere', config('{subnet: 10.5.0.0/24, ip_range: 10.5.0.0/16}')],
	['an auxiliary address elsewhere', config('{subnet: 10.5.0.0/24, aux_addresses: {a: 10.6.0.1}}')],
	['subnets that overlap', config('{subnet: 10.5.0.0/16}, {subnet: 10.5.7.0/24}')],
	[
		'networks that overlap',
		file(
			'networks: [a]',
			'{a: {ipam: {config: [{subnet: 10.5.0.0/24}]}}, b: {ipam: {config: [{subnet: 10.0.0.0/8}]}}}',
		),
	],
	['two networks of one name', file('networks: [a]', '{a: {name: x}, b: {name: x}}')],
	[
		'two networks of one bridge',
		file(
			'networks: [a]',
			'{a: {driver_opts: {com.docker.network.bridge.name: x}}, b: {driver_opts: {com.docker.network.bridge.name: x}}}',
		),
	],
	['networks and a mode', file('networks: [front], network_mode: none')],
	...['service:db', 'service:', 'container:-db', 'front', 'hsot'].map(
		mode => [`the mode ${mode}`, file(`network_mode: "${mode}"`)] as const,
	),
	['the network of the host and one of its own', file('network_mode: host, namespaces: [mount, pid, network]')],
	['no network without a namespace', file('network_mode: none, namespaces: [mount, pid]')],
	['a network without a namespace', file('networks: [front], namespaces: [mount, pid]')],
	['a network of what is reproducible', file('networks: [front], reproducible: true')],
	[
		'a network of a bare container',
		'rootfs: minimal\nprofile: bare\nnamespaces: [mount, pid, network]\nnetworks: [default]',
	],
	['an address without a subnet', file('networks: {front: {ipv4_address: 10.5.0.5}}')],
	['an address of IPv6 without a subnet', file('networks: {front: {ipv6_address: "fd00:5::5"}}', subnet)],
	['an address outside', file('networks: {front: {ipv4_address: 10.6.0.5}}', subnet)],
	['the address of the network', file('networks: {front: {ipv4_address: 10.5.0.0}}', subnet)],
	['the address of the gateway', file('networks: {front: {ipv4_address: 10.5.0.1}}', subnet)],
	['an address that is taken', file('networks: {front: {ipv4_address: 10.5.0.9}}', subnet)],
	['an address of the other version', file('networks: {front: {ipv4_address: "fd00::5"}}', subnet)],
	[
		'an address of two services',
		`services:\n  a: {rootfs: host, networks: {front: {ipv4_address: 10.5.0.5}}}\n  b: {rootfs: host, networks: {front: {ipv4_address: 10.5.0.5}}}\nnetworks: ${subnet}\n`,
	],
	['an address of three replicas', file('scale: 3, networks: {front: {ipv4_address: 10.5.0.5}}', subnet)],
	['a MAC address of two replicas', file('scale: 2, mac_address: "02:00:00:00:00:01", networks: [front]')],
	['a MAC address that is none', file('networks: {front: {mac_address: "02:42:ac:11:65"}}')],
	['a MAC address of a group', file('networks: {front: {mac_address: "01:42:ac:11:65:43"}}')],
	['a MAC address without a network', file('mac_address: "02:00:00:00:00:01"')],
	[
		'two MAC addresses',
		file('mac_address: "02:00:00:00:00:01", networks: {front: {mac_address: "02:00:00:00:00:02"}}'),
	],
	[
		'an interface with a long name',
		file('networks: {front: {interface_name: an-interface-of}}'.replace('of}', 'of-mine}')),
	],
	['an interface that is loopback', file('networks: {front: {interface_name: lo}}')],
	['an interface that is a path', file('networks: {front: {interface_name: ../x}}')],
	['an interface twice', file('networks: {a: {interface_name: eth0}, b: {interface_name: eth0}}', '{a: , b: }')],
	['an alias of two words', file('networks: {front: {aliases: [a b]}}')],
	['a priority that is a word', file('networks: {front: {priority: high}}')],
	['an address that is not of the link', file('networks: {front: {link_local_ips: [10.0.0.1]}}')],
	[
		'a parameter of all interfaces',
		file('networks: {front: {driver_opts: {com.docker.network.endpoint.sysctls: net.ipv4.conf.all.forwarding=1}}}'),
	],
	['a link to nobody', file('links: [bd]')],
	['a link with a name that is none', 'services:\n  web: {rootfs: host, links: ["db:a b"]}\n  db: {rootfs: host}\n'],
	[
		'a subnet of IPv6 where that is turned off',
		file('networks: [front]', '{front: {enable_ipv6: false, ipam: {config: [{subnet: "fd00::/64"}]}}}'),
	],
	['links in a circle', 'services:\n  a: {rootfs: host, links: [b]}\n  b: {rootfs: host, links: [a]}\n'],
	['a port that is exposed and none', file('expose: [http]')],
	['a host without an address', file('extra_hosts: [db]')],
	['a name server by name', file('dns: dns.example.org')],
	['a search domain of two words', file('dns_search: [a b]')],
	['an option of two words', file('dns_opt: "ndots 2"')],
	['a name server without a mount namespace', file('dns: 9.9.9.9, namespaces: [pid, network], root: chroot')],
])('%s is refused', (_name, text) => {
	expect(complaint(text)).toMatchSnapshot();
});
