import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {bringUp, isAble, left, serves, sleeps, stack} from './network-stack.ts';
import {until} from './project.ts';

/* Networks of macvlan and ipvlan, on one end of a pair of devices. A machine at the other end is a network namespace. */

const canDo = (kind: string): boolean => {
	try {
		execFileSync('ip', ['link', 'add', 'name', 'tsb-asks', 'type', kind], {stdio: 'pipe'});
		return true;
	} catch (error) {
		return !/Unknown device type|not supported/.test(String((error as {stderr?: Buffer}).stderr));
	}
};
const kinds = isAble ? (['macvlan', 'ipvlan', 'vlan'] as const).filter(canDo) : [];

/** A cable from this host to another machine, which has the address 192.0.2.1. */
function cable(box: TestBox) {
	const id = box.name.slice(1, 9);
	const [device, far, other] = [`p${id}`, `q${id}`, box.name];
	const ip = (...words: readonly string[]): string => execFileSync('ip', words, {encoding: 'utf8'});
	ip('netns', 'add', other);
	ip('link', 'add', device, 'type', 'veth', 'peer', 'name', far, 'netns', other);
	ip('link', 'set', device, 'up');
	ip('-n', other, 'address', 'add', '192.0.2.1/24', 'dev', far);
	ip('-n', other, 'address', 'add', 'fd97::1/64', 'dev', far, 'nodad');
	ip('-n', other, 'link', 'set', far, 'up');
	return {
		device,
		/** What a program of the other machine prints. */
		there: (...words: readonly string[]): string => ip('netns', 'exec', other, ...words),
		[Symbol.dispose]: () => {
			ip('link', 'delete', device);
			ip('netns', 'delete', other);
		},
	};
}

const range = 'ipam: {config: [{subnet: 192.0.2.0/24, gateway: 192.0.2.1, ip_range: 192.0.2.128/25}]}';

async function inside(box: TestBox, container: string, script: string): Promise<string> {
	const {out, err} = await box.tsbox(['exec', `${box.name}-${container}-1`, '--', 'sh', '-c', script]);
	return out + err;
}

/** What `network test` says of a container: no resolver is on the other machine. */
async function hops(box: TestBox, container: string): Promise<readonly string[]> {
	const {out} = await box.tsbox(['network', 'test', container]);
	return out.split('\n').map(line => line.replaceAll(/ {2,}/g, ' '));
}

async function refused(box: TestBox, spec: string): Promise<string> {
	const {status, out, err} = await box.tsbox(['up', '-d', spec]);
	expect({status, out}).toEqual({status: 125, out: ''});
	expect(err).toMatch(/^ {2}hint {5}\S/m);
	expect(err).not.toContain('undone');
	return err;
}

describe.runIf(kinds.includes('macvlan'))('macvlan', () => {
	test('containers are on the network of a device of the host, with names, and without a bridge', async () => {
		await using box = await testBox();
		using at = cable(box);
		const spec = stack(
			box,
			{web: `${serves}networks: {lan: {mac_address: "02:00:00:00:00:77"}}\n`, job: `${sleeps}networks: [lan]\n`},
			`networks: {lan: {driver: macvlan, driver_opts: {parent: ${at.device}}, ${range}}}\n`,
		);
		await bringUp(box, spec);
		const name = `${box.name}-web-1\n`;
		await until('web answers', async () => (await inside(box, 'job', 'curl -sS -m 3 http://web/')) === name);
		const shown = await inside(
			box,
			'web',
			'ip -d link show eth0; ip -o -4 address show eth0; ip route; cat /proc/net/if_inet6',
		);
		expect(shown).toMatch(/link\/ether 02:00:00:00:00:77[^]*macvlan mode bridge/);
		expect(shown).toContain('default via 192.0.2.1 dev eth0');
		const address = /inet (192\.0\.2\.\d+)/.exec(shown)?.[1] ?? '';
		// The other machine meets the container itself; the host has no part in it.
		expect(at.there('curl', '-sS', '-m', '3', `http://${address}/`)).toBe(name);
		expect((await box.tsbox(['drift', `${box.name}-web-1`])).status).toBe(0);
		expect(await hops(box, `${box.name}-job-1`)).toContain('ok gateway 192.0.2.1 answers');
		expect((await box.tsbox(['network', 'graph'])).out).toContain(`macvlan on ${at.device}, mode bridge`);
		const rows = (await box.tsbox(['network', 'ls'])).out.split('\n');
		expect(rows[1]?.split(/ {2,}/).slice(2, 5)).toEqual(['macvlan', '192.0.2.0/24', at.device]);
		expect(existsSync(join(box.folder, 'state/networks/.forward'))).toBe(false);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(existsSync(`/sys/class/net/${at.device}`)).toBe(true);
		expect(left(box)).toEqual([]);
	});

	test('a bridge beside it publishes ports, and IPv6 is on both', async () => {
		await using box = await testBox();
		using at = cable(box);
		const six = `enable_ipv6: true, ipam: {config: [{subnet: 192.0.2.0/24}, {subnet: "fd97::/64"}]}`;
		const spec = stack(
			box,
			{web: `${serves}networks: {default: {gw_priority: 1}, lan: }\nports: ["127.0.0.1::80"]\n`},
			`networks: {default: , lan: {driver: macvlan, driver_opts: {parent: ${at.device}, macvlan_mode: vepa}, ${six}}}\n`,
		);
		await bringUp(box, spec);
		const {out} = await box.tsbox(['port', `${box.name}-web-1`, '80']);
		await until('it serves', () => {
			try {
				return (
					execFileSync('curl', ['-sS', '-m', '3', `http://${out.trim()}/`], {encoding: 'utf8'}) ===
					`${box.name}-web-1\n`
				);
			} catch {
				return false;
			}
		});
		const ways = await inside(box, 'web', 'ip route; ip -6 route');
		expect(ways).toMatch(/default via 10\..* dev eth0/);
		expect(ways).toMatch(/default via fd97::1 dev eth1/);
		expect(await hops(box, `${box.name}-web-1`)).toContain('ok gateway fd97::1 answers');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a container that runs comes to such a network and leaves it, and what a kill leaves is collected', async () => {
		await using box = await testBox();
		using at = cable(box);
		const options = ['-d', 'macvlan', '-o', `parent=${at.device}`, '--subnet', '192.0.2.0/24'];
		expect(await box.tsbox(['network', 'create', ...options, 'lan'])).toMatchObject({status: 0, err: ''});
		const spec = box.file('job.yaml', `name: ${box.name}\nrootfs: host\ninit: true\nnetworks: [default]\n${sleeps}`);
		const running = box.start(['run', spec]);
		await until('it runs', async () => (await box.tsbox(['ps'])).out.includes('running'));
		const exec = async (script: string) => (await box.tsbox(['exec', box.name, '--', 'sh', '-c', script])).out;
		const connects = async () => {
			const connected = await box.tsbox(['network', 'connect', '--ip', '192.0.2.9', 'lan', box.name]);
			expect(connected).toMatchObject({status: 0, err: ''});
			expect(await hops(box, box.name)).toContain('ok gateway 192.0.2.1 answers');
			expect((await box.tsbox(['drift', box.name])).status).toBe(0);
		};
		await connects();
		expect(await box.tsbox(['network', 'disconnect', 'lan', box.name])).toMatchObject({status: 0, err: ''});
		expect(await exec('ip link')).not.toContain('eth1');
		await connects();
		running.child.kill('SIGKILL');
		await running.ended;
		await box.tsbox(['gc']);
		await until('nothing is left', () => left(box).length === 0);
		expect(await box.tsbox(['network', 'rm', 'lan'])).toMatchObject({status: 0});
	});

	test('what cannot be is refused before anything is made', async () => {
		await using box = await testBox();
		using at = cable(box);
		const lan = (device: string, more = ''): string =>
			`networks: {lan: {driver: macvlan, driver_opts: {parent: ${device}${more}}, ${range}}}\n`;
		const on = (service: string, networks: string): string =>
			stack(box, {web: `${sleeps}networks: [lan]\n${service}`}, networks);
		expect(await refused(box, on('', lan('nothing0')))).toContain('this host has no network device nothing0');
		expect(await refused(box, on('ports: ["8080:80"]\n', lan(at.device)))).toContain(
			'the port 8080:80/tcp cannot be published',
		);
		expect(await refused(box, on('egress: [192.0.2.1]\n', lan(at.device)))).toContain('`egress` is not held');
		expect(await refused(box, on('extra_hosts: ["up=host-gateway"]\n', lan(at.device)))).toContain(
			'cannot reach the host',
		);
		execFileSync('ip', ['link', 'set', at.device, 'down']);
		const down = await refused(box, on('', lan(at.device)));
		expect(down).toContain(`the network device ${at.device} is down`);
		execFileSync('sh', ['-c', /`(ip link set [^`]+)`/.exec(down)?.[1] ?? 'false']);
		const alone = on('', lan(at.device, ', macvlan_mode: passthru'));
		await bringUp(box, alone);
		const second = await box.tsbox(['up', '-d', '--scale', 'web=2', alone]);
		expect(second.status).not.toBe(0);
		expect(second.err).toContain('has room for one container');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});
});

describe.runIf(isAble)('kinds of devices that this kernel may lack', () => {
	test.runIf(!kinds.includes('ipvlan'))(
		'ipvlan is refused before anything is made, with the option of the kernel',
		async () => {
			await using box = await testBox();
			using at = cable(box);
			const spec = stack(
				box,
				{web: `${sleeps}networks: [lan]\n`},
				`networks: {lan: {driver: ipvlan, driver_opts: {parent: ${at.device}}, ${range}}}\n`,
			);
			const err = await refused(box, spec);
			expect(err).toContain('the kernel of this host has no ipvlan');
			expect(err).toContain('CONFIG_IPVLAN');
			expect(left(box)).toEqual([]);
		},
	);

	test.runIf(!kinds.includes('vlan') && kinds.includes('macvlan'))('a VLAN is refused likewise', async () => {
		await using box = await testBox();
		using at = cable(box);
		const spec = stack(
			box,
			{web: `${sleeps}networks: [lan]\n`},
			`networks: {lan: {driver: macvlan, driver_opts: {parent: ${at.device}.50}, ${range}}}\n`,
		);
		expect(await refused(box, spec)).toContain('CONFIG_VLAN_8021Q');
	});

	test.runIf(kinds.includes('ipvlan'))('containers are on a network of ipvlan', async () => {
		await using box = await testBox();
		using at = cable(box);
		const spec = stack(
			box,
			{web: `${sleeps}networks: [lan]\n`},
			`networks: {lan: {driver: ipvlan, driver_opts: {parent: ${at.device}}, ${range}}}\n`,
		);
		await bringUp(box, spec);
		expect(await inside(box, 'web', 'ip -d link show eth0')).toMatch(/ipvlan +mode l2/);
		expect(await hops(box, `${box.name}-web-1`)).toContain('ok gateway 192.0.2.1 answers');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test.runIf(kinds.includes('vlan') && kinds.includes('macvlan'))(
		'a VLAN comes and goes with its containers',
		async () => {
			await using box = await testBox();
			using at = cable(box);
			const spec = stack(
				box,
				{web: `${sleeps}networks: [lan]\n`},
				`networks: {lan: {driver: macvlan, driver_opts: {parent: ${at.device}.50}, ${range}}}\n`,
			);
			await bringUp(box, spec);
			expect(existsSync(`/sys/class/net/${at.device}.50`)).toBe(true);
			await box.tsbox(['down', '-t', '0', box.name]);
			expect(existsSync(`/sys/class/net/${at.device}.50`)).toBe(false);
			expect(left(box)).toEqual([]);
		},
	);
});
