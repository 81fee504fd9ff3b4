import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, test} from 'vitest';
import {tableOf} from '../../src/plan/network/nft-text.ts';
import {left, isAble, noteLinks, sleeps, stack} from '../system/network-stack.ts';
import {type Outside, outside} from '../system/outside.ts';
import {target} from './attack.ts';

/* Ways round an `egress`, for a container that has all powers over its own network. */

const isEquipped = isAble && ['/usr/bin/curl', '/usr/sbin/dnsmasq'].every(path => existsSync(path));

interface Prison extends AsyncDisposable {
	readonly world: Outside;
	/** Runs lines of sh in a container. */
	readonly sh: (lines: string, container?: string) => Promise<string>;
	/** Runs nft on the host with `TABLE` replaced. */
	readonly nft: (command: string) => string;
	/** What a request gives: the answer, or curl's exit status. */
	readonly get: (url: string, options?: string) => Promise<string>;
	/** The addresses of the containers: that of `free` on the other network too. */
	readonly addresses: Readonly<Record<'evil' | 'free' | 'unused' | 'unused6' | 'gateway' | 'bridge', string>>;
	readonly done: () => Promise<void>;
}

/** `evil`, which may reach `api.example.com` alone, beside `free`, which may reach everything and is on another network too. */
async function prison(): Promise<Prison> {
	const world = outside();
	const {box, ...at} = await target();
	const [one] = world.servers;
	world.names({'api.example.com': one, 'in.example.org': world.inner, 'never.example': one});
	const list = ['api.example.com:80', '*.example.org'];
	const spec = stack(
		box,
		{
			evil: `${sleeps}cap_add: [NET_ADMIN, NET_RAW]\ndns: [${world.dns}]\nnetworks: [one]\negress: ${JSON.stringify(list)}\n`,
			free: `${sleeps}sysctls: {net.ipv4.ip_forward: 1}\nnetworks: {one: {gw_priority: 0}, two: {gw_priority: 1}}\n`,
		},
		'networks: {one: {enable_ipv6: true}, two: {}}\n',
	);
	const {status, err} = await box.tsbox(['up', '-d', spec]);
	expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
	noteLinks(box);
	const sh = async (lines: string, container = 'evil'): Promise<string> => {
		const {out, err} = await box.tsbox(['exec', `${box.name}-${container}-1`, '--', 'sh', '-c', lines]);
		return `${out}${err}`.trim();
	};
	const [evil, free] = await Promise.all(
		['evil', 'free'].map(each => sh(`ip -4 -o address show eth0 | tr -s ' ' | cut -d' ' -f4 | cut -d/ -f1`, each)),
	);
	const used = [evil, free].map(each => Number(each?.split('.').at(-1)));
	const [evil6, route6] = await Promise.all([
		sh(`ip -6 -o address show eth0 scope global | tr -s ' ' | cut -d' ' -f4 | cut -d/ -f1`),
		sh('ip -6 route show default'),
	]);
	const gateway6 = /via (\S+)/.exec(route6)?.[1] ?? '';
	const last = [250, 251, 252].find(each => !used.includes(each));
	const subnet = evil?.replace(/\d+$/, '') ?? '';
	return {
		world,
		sh,
		nft: command => execFileSync('nft', [command.replace('TABLE', tableOf(`${box.folder}/state`))], {encoding: 'utf8'}),
		get: (url, options = '') => sh(`curl -sS -m 3 ${options} http://${url}/ 2>/dev/null || echo "failed $?"`),
		addresses: {
			evil: evil ?? '',
			free: free ?? '',
			unused: `${subnet}${last}`,
			unused6: evil6.replace(/[^:]*$/, 'bad'),
			gateway: `${subnet}1`,
			bridge: linkLocalBeside(gateway6),
		},
		done: async () => {
			await box.tsbox(['down', '-t', '0', box.name]);
			expect(left(box)).toEqual([]);
		},
		[Symbol.asyncDispose]: async () => {
			world[Symbol.dispose]();
			await at[Symbol.asyncDispose]();
		},
	};
}

/** The link-local address of the device that has an address. */
function linkLocalBeside(address: string): string {
	const lines = execFileSync('ip', ['-6', '-o', 'address'], {encoding: 'utf8'}).split('\n');
	const device = lines.find(line => line.includes(` ${address}/`))?.split(/\s+/)[1] ?? '';
	return (
		/inet6 (fe80:\S+)\//.exec(lines.find(line => line.includes(` ${device} `) && line.includes('fe80:')) ?? '')?.[1] ??
		''
	);
}

const [refused, timedOut] = ['failed 7', 'failed 28'];

test.runIf(isEquipped)('other addresses, other ways, and other questions lead nowhere', async () => {
	await using at = await prison();
	const {world, sh, get, addresses} = at;
	const [one, two] = world.servers;
	expect(await get('api.example.com')).toBe(one);
	expect(await get(two)).toBe(refused);
	expect(await sh(`curl -sS -m 3 http://${two}/`, 'free')).toBe(two);

	// A name that leads inside.
	expect(await sh('getent ahostsv4 in.example.org')).toContain(world.inner);
	expect(await get('in.example.org')).toBe(refused);

	// Other name servers, also those of others on the host.
	const asks = (server: string, port = 53, proto = 'udp'): Promise<string> => sh(question(server, port, proto));
	expect(await asks(addresses.gateway)).toBe('rcode 3');
	expect(await asks(world.host)).toBe('rcode 3');
	expect(await asks(world.dns)).toBe('No route to host');
	expect(await asks(world.dns, 53, 'tcp')).toBe('Connection refused');
	expect(await asks(addresses.gateway, 20_000 + Number(addresses.evil.split('.').at(-1)))).toBe('No route to host');

	// Raw packets, large ones, and protocols without ports.
	expect(await sh(rawEcho(one))).toBe('3 13');
	expect(await sh(rawEcho(two))).toBe('3 13');
	expect(await sh(question(world.dns, 53, 'udp', 4000))).toBe('No route to host');

	// Another way: by a container that passes packets on and is on another network.
	expect(await sh('cat /proc/sys/net/ipv4/ip_forward', 'free')).toBe('1');
	await sh(`ip route add ${two} via ${addresses.free}`);
	expect(await get(two)).toBe(refused);
	await sh(`ip route del ${two}`);
	expect(await get('api.example.com')).toBe(one);

	// Another source: one that nobody has, one of the cable alone, and that of a neighbor; by IP and by MAC.
	for (const address of [addresses.unused, addresses.free, '169.254.9.9']) {
		await sh(`ip address add ${address}/32 dev eth0`);
		expect(await get(two, `-m 1 --interface ${address}`)).toBe(timedOut);
		await sh(`ip address del ${address}/32 dev eth0`);
	}
	const [, two6] = world.servers6;
	expect(await get(`[${two6}]`)).toBe(refused);
	await sh(`ip address add ${addresses.unused6}/128 dev eth0 nodad`);
	expect(await get(`[${two6}]`, `-m 1 --interface ${addresses.unused6}`)).toBe(timedOut);

	// The host by its address of the link.
	const server = createServer((_, response) => response.end('host')).listen(0, '::');
	await once(server, 'listening');
	const host = `http://[${addresses.bridge}%25eth0]:${(server.address() as AddressInfo).port}/`;
	expect(await sh(`curl -sS -m 3 '${host}'`, 'free')).toBe('host');
	expect(await sh(`curl -s -m 1 '${host}' || echo $?`)).toBe('28');
	server.close();

	await sh('ip link set eth0 address 02:42:00:00:00:01');
	expect(await get('api.example.com')).toMatch(/^failed /);
	await at.done();
});

test.runIf(isEquipped)('a connection ends when its address is not open any more', async () => {
	await using at = await prison();
	const {world, sh, nft} = at;
	const [one] = world.servers;
	// It answers the first request, and waits for the second until the file is there.
	const talk = sh(`perl -e 'use IO::Socket; $s = IO::Socket::INET->new("api.example.com:80") or die; $s->autoflush(1);
		open F, ">/tmp/open"; close F; select undef, undef, undef, 0.05 until -e "/tmp/closed";
		print $s "GET / HTTP/1.0\\r\\n\\r\\n"; alarm 3; $! = 0; $_ = <$s>; print defined ? "answer" : $!'`);
	await sh('until [ -e /tmp/open ]; do sleep 0.05; done');
	const set = /egress-\w+-n0-4/.exec(nft('list table TABLE'))?.[0] ?? '';
	nft(`delete element TABLE ${set} { ${one} }`);
	await sh('touch /tmp/closed');
	expect(await talk).toBe('Connection reset by peer');
	await at.done();
});

/** Asks a name server for never.example: what it answers, or why it does not. With `size`, a packet of so many bytes. */
function question(server: string, port: number, proto: string, size = 0): string {
	const text = String.raw`\0\1\1\0\0\1\0\0\0\0\0\0\5never\7example\0\0\1\0\1`;
	return `perl -e 'use IO::Socket; $s = IO::Socket::INET->new(Proto => "${proto}", PeerAddr => "${server}", PeerPort => ${port}, Timeout => 3) or print($!), exit;
		$s->send("${text}" . "x" x ${size}); alarm 3; print defined $s->recv($_, 512) ? "rcode " . (ord(substr $_, 3) & 15) : $!'`;
}

/** Sends an ICMP echo request by a raw socket, and prints the type and the code of the answer. */
function rawEcho(address: string): string {
	return `perl -e 'use Socket; socket(S, PF_INET, SOCK_RAW, 1) or die $!; $p = pack("CCnnn", 8, 0, 0, 7, 1); $c = unpack("%32n*", $p);
		$c = ($c >> 16) + ($c & 65535); send(S, pack("CCnnn", 8, 0, ~$c & 65535, 7, 1), 0, pack_sockaddr_in(0, inet_aton("${address}")));
		alarm 3; recv(S, $_, 512, 0); print join " ", unpack "x20CC"'`;
}
