import {expect, test} from 'vitest';
import {loadProject} from '../project/load.ts';
import {recordedService} from './recorded-service.ts';
import {serviceShape} from './service-schema.ts';

const text = `name: shop
volumes: {data: {labels: {a: b}}, other: {external: true, name: theirs}}
secrets: {key: {file: ./key}}
configs: {conf: {content: text}}
networks:
  front:
    internal: true
    enable_ipv6: true
    driver_opts: {com.docker.network.bridge.name: br-x, com.docker.network.driver.mtu: 1400}
    ipam: {config: [{subnet: 10.5.0.0/24, gateway: 10.5.0.254, ip_range: 10.5.0.128/25, aux_addresses: {a: 10.5.0.9}}, {subnet: 'fd00:5::/64'}]}
    labels: {a: b}
services:
  db: {rootfs: ./root, egress: ['api.example.com:443', 10.0.0.0/8], cgroup_parent: /jobs/, healthcheck: {test: [CMD, 'true']}}
  lesson: {rootfs: ./root, profile: bare, overlay: true, veth: 10.0.0.1/30, namespaces: [mount, pid, network]}
  web:
    rootfs: ./app.tar
    entrypoint: [/sbin/tini, --]
    command: serve --at "a \${WHERE:-b}"
    environment: {PORT: 0080, HOME: }
    working_dir: /srv/./app/
    user: "1000:www"
    group_add: [audio, 44]
    hostname: web
    domainname: example.org
    volumes:
      - ./data:/data:ro,rslave
      - data:/v:nocopy
      - other:/o
      - {type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0755}}
    volumes_from: ['db:ro', 'container:x']
    tmpfs: /run:size=64k,mode=1777,noexec,ro,uid=5
    ports: ["127.0.0.1:8080:80", {target: 53, protocol: udp, published: "5353"}]
    networks:
      front:
        aliases: [www]
        ipv4_address: 10.5.0.20
        ipv6_address: FD00:5::20
        mac_address: 02-42-AC-11-65-43
        priority: -1
        gw_priority: 2
        interface_name: eth7
        link_local_ips: [169.254.7.7]
        driver_opts: {com.docker.network.endpoint.sysctls: net.ipv4.conf.IFNAME.log_martians=1}
      default:
    mac_address: 02:42:ac:11:65:44
    links: [db]
    expose: [3000, 53/udp]
    extra_hosts: [registry=10.0.0.5]
    dns: 9.9.9.9
    dns_search: [example.org]
    dns_opt: [ndots:2]
    secrets: [{source: key, uid: 5, gid: '6', mode: 0400}]
    configs: [conf]
    read_only: true
    mem_limit: 100m
    memswap_limit: -1
    mem_reservation: 50m
    shm_size: 1m
    cpus: "0.5"
    cpu_shares: 512
    cpuset: 0-2,4
    pids_limit: 100
    blkio_config: {weight: 300, weight_device: [{path: /dev/sda, weight: 10}], device_read_bps: [{path: /dev/sda, rate: 1mb}]}
    mem_swappiness: 10
    oom_kill_disable: true
    cpu_rt_runtime: 300ms
    cpu_rt_period: 400000
    ulimits: {nofile: 1024, core: {soft: 0, hard: -1}}
    sysctls: [net.core.somaxconn=1024]
    oom_score_adj: 5
    userns_mode: auto
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    security_opt: ['no-new-privileges:false', seccomp=./p.tar, apparmor=x, 'label=type:t', systempaths=unconfined]
    devices: ['/dev/fuse:/dev/fuse:rw', 'vendor.com/class=one']
    device_cgroup_rules: ['c 189:* mr', a 7:1 w]
    gpus: [{driver: nvidia, count: 2}, {driver: amd, device_ids: ['0']}]
    landlock: [{path: /srv, access: [read-file]}]
    init: true
    stop_signal: HUP
    stop_grace_period: 1.5s
    restart: on-failure:3
    depends_on: {db: {condition: service_healthy}}
    profiles: [x]
    healthcheck: {test: 'true'}
    post_start: [{command: [a, b], user: root, environment: [A=b]}]
    pre_stop: [{command: c}]
    logging: {options: {max-size: 1m}}
    labels: {a.b: c}
    annotations: {d.e: f}
    attach: false
    external_links: ['x:y']
    tty: true
    stdin_open: true
    keep: true
    record: true
  proxy: {image: 'nginx:1.27', pull_policy: every_12h, platform: linux/arm64, healthcheck: {interval: 5s}}
  none: {rootfs: ./root, network_mode: none, logging: {driver: none}}
  side: {rootfs: ./root, network_mode: 'service:none', pid: 'container:x', ipc: shareable, uts: host, cgroup: host}
  many: {rootfs: ./root, scale: 2, pre_start: [{command: x, environment: [A=b]}]}
  fixed: {rootfs: {host: {show: [/home/x]}}, reproducible: true}
`;

const {
	services,
	hasServices: _hasServices,
	...project
} = loadProject({
	file: '/home/ada/box.yaml',
	cwd: '/home/ada',
	env: {HOME: '/home/ada'},
	readText: path => (path.endsWith('box.yaml') ? text : undefined),
	kindOf: path => (path.endsWith('.tar') ? 'file' : 'directory'),
});

test.each(services.map(service => [service.name, service] as const))(
	'%s of a spec is read back unchanged',
	(_, service) => {
		const value: unknown = JSON.parse(JSON.stringify({project, service}));
		expect(recordedService(value)).toEqual(value);
	},
);

test('the spec above has every key', () => {
	const written = Object.keys(serviceShape).filter(key => !text.includes(`${key}:`));
	// These keys set fields of other keys, or are not recorded.
	expect(written).toEqual([
		'container_name',
		'build',
		'pull_refresh_after',
		'env_file',
		'cpu_quota',
		'cpu_period',
		'root',
		'privileged',
		'develop',
		'label_file',
		'deploy',
	]);
});

const [plain] = services;
const bind = {
	type: 'bind',
	source: '/srv',
	target: '/x',
	readOnly: false,
	createHostPath: false,
	propagation: 'rprivate',
	recursive: true,
};
const named = {type: 'volume', target: '/x', readOnly: false, nocopy: true};
const volume = {key: 'v', name: 'v', project: 'p', labels: {}};
const network = {
	key: 'n',
	name: 'p_n',
	project: 'p',
	driver: 'bridge',
	internal: false,
	attachable: false,
	enableIpv4: true,
	enableIpv6: false,
	subnets: [],
	labels: {},
};
const join = {network, aliases: [], priority: 0, gwPriority: 0, linkLocalIps: [], sysctls: {}};
const tmpfs = {type: 'tmpfs', target: '/x', readOnly: false, options: []};

test.each<readonly [string, Readonly<Record<string, unknown>>]>([
	['a name that is a path', {name: '../../etc'}],
	['a volume whose name is a path', {volumes: [{...named, volume: {...volume, name: '../../../tmp/evil'}}]}],
	['a mount over a path that protects the host', {volumes: [{...bind, target: '/proc/sys'}]}],
	['a mount that leaves the root', {volumes: [{...bind, target: '/../x'}]}],
	['a relative source', {volumes: [{...bind, source: 'x'}]}],
	['an option in a mount option', {volumes: [{...tmpfs, options: ['noexec,mode=4777']}]}],
	['a mount of a kind that a policy does not know', {volumes: [{...bind, type: 'Bind'}]}],
	['a capability in lower case', {capAdd: ['cap_sys_admin']}],
	['two capabilities in one entry', {capAdd: ['CAP_CHOWN,+sys_admin']}],
	['a sysctl of the whole machine', {sysctls: {'kernel.core_pattern': '|/x'}}],
	['a sysctl that is a path', {sysctls: {'net/../../x': '1'}}],
	['a flag that is no boolean', {privileged: 1}],
	['a root that is neither pivot nor chroot', {root: 'chroot '}],
	['a seccomp profile of an unknown kind', {security: {seccomp: {kind: 'x'}, systemPathsUnconfined: false}}],
	['a cgroup that leads out', {cgroupParent: '../../x'}],
	['a path that is not a device', {devices: [{source: '/dev/../etc/shadow', target: '/dev/x', permissions: 'r'}]}],
	['a limit that is text', {pidsLimit: '5'}],
	['a variable with a NUL byte', {environment: {A: 'a\0B=b'}}],
	['an image that is an option', {rootfs: {kind: 'image', reference: '--x', pull: 'never'}}],
	['an image of a daemon', {rootfs: {kind: 'image', reference: 'docker-daemon:x', pull: 'never'}}],
	['an image in a relative path', {rootfs: {kind: 'image', reference: 'oci:/a/../b', pull: 'never'}}],
	['an image that is never pulled in time', {rootfs: {kind: 'image', reference: 'a.b/c:1', pull: {everyMs: 0}}}],
	['a network whose name is a path', {networks: [{...join, network: {...network, name: '../../tmp/evil'}}]}],
	['a bridge that is an option', {networks: [{...join, network: {...network, bridge: '-x'}}]}],
	['an alias of two lines', {networks: [{...join, aliases: ['a\n10.0.0.1 b']}]}],
	['an address that is none', {networks: [{...join, ipv4Address: '10.0.0.1 dev eth0'}]}],
	['a parameter of another interface', {networks: [{...join, sysctls: {'net.ipv4.conf.all.forwarding': '1'}}]}],
	['a host of two lines', {extraHosts: [{name: 'a', address: '10.0.0.1\n'}]}],
	['a name server that is an option', {dns: ['-x']}],
	['the network of another container', {networkMode: {container: 'x'}}],
	['a user that is an option', {user: '--reuid=0'}],
])('%s is refused', (_, change) => {
	expect(recordedService({project, service: {...plain, ...change}})).toBeUndefined();
});

test('a relative path of the project file is refused', () => {
	expect(recordedService({project: {...project, file: 'x'}, service: plain})).toBeUndefined();
});
