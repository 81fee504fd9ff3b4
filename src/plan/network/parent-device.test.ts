import {expect, test} from 'vitest';
import type {NetworkDriver, NetworkParent} from '../../spec/model/network.ts';
import type {NetworkInput, NetworksInput} from '../input/network-input.ts';
import {planNetwork} from './plan-network.ts';

/* Kinds of devices that the kernel of a test machine may lack. */

function join(driver: NetworkDriver, parent: NetworkParent, more: Partial<NetworkInput> = {}): NetworkInput {
	const subnets = [{subnet: '192.0.2.0/24', gateway: '192.0.2.1'}];
	const record = {schema: 1, name: 'lan', project: null, driver, parent, subnets, internal: false, labels: {}} as const;
	return {
		record,
		recordText: JSON.stringify(record),
		addresses: [
			{
				family: 4,
				subnet: '192.0.2.0/24',
				prefix: 24,
				gateway: '192.0.2.1',
				address: '192.0.2.7',
				lease: '/n/lan/leases/192.0.2.7',
				leaseText: '# web eth0 - 02:00:00:00:00:07\n192.0.2.7 web',
				isDefault: true,
			},
		],
		mac: '02:00:00:00:00:07',
		inside: 'eth0',
		hostEnd: 'tsb1',
		linkLocalIps: [],
		sysctls: {},
		...more,
	};
}

function planned(one: NetworkInput) {
	const input: NetworksInput = {
		container: 'web',
		own: null,
		joins: [one],
		ports: [],
		published: [],
		conf: '/c',
		state: '/run/tsbox',
		folder: '/n',
		lock: '/n/.lock',
		hosts: [],
		resolv: [],
	};
	const {before, beside} = planNetwork(input, null);
	const lines = [...before, ...beside].map(({id, action, undo}) => ({
		id,
		lines: action.kind === 'hostScript' ? action.lines : [],
		undo: undo.kind === 'undoScript' ? undo.lines : [],
	}));
	return {ids: lines.map(({id}) => id), of: (id: string) => lines.find(each => each.id === id)};
}

test('macvlan needs no bridge, no rules, and nothing of the host but its device', () => {
	const {ids, of} = planned(join('macvlan', {device: 'eth0', mode: 'private'}));
	expect(ids).toEqual(['network.files', 'network.lan.claim', 'network.names', 'network.lan.link']);
	expect(of('network.lan.link')?.lines).toEqual([
		'ip -batch - <<-E',
		'link add name tsb1 link eth0 address 02:00:00:00:00:07 netns $pid type macvlan mode private',
		'E',
		expect.stringMatching(/^nsenter --target "\$pid" --net sh -ec .*disable_ipv6; exec ip -batch -' <<-'E'$/),
		// The host may have an eth0 too.
		'link set dev tsb1 name eth0',
		'address add 192.0.2.7/24 dev eth0',
		'link set dev eth0 up',
		'route add default via 192.0.2.1',
		'E',
	]);
	expect(of('network.lan.claim')?.undo.join('\n')).not.toMatch(/vlans.*\bdone\b|link delete eth0/s);
});

test.each([
	['l2', 'route add default via 192.0.2.1'],
	['l3', 'route add default dev eth0'],
	['l3s', 'route add default dev eth0'],
])('ipvlan in mode %s has the address of its parent and its way out', (mode, route) => {
	const {of} = planned(join('ipvlan', {device: 'eth1', mode, flag: 'vepa'}));
	const lines = of('network.lan.link')?.lines;
	expect(lines).toContain(`link add name tsb1 link eth1 netns $pid type ipvlan mode ${mode} vepa`);
	expect(lines).toContain(route);
});

test('a VLAN is made once, and removed when no network has it', () => {
	const {ids, of} = planned(join('ipvlan', {device: 'eth1.50', mode: 'l2'}));
	expect(ids).toContain('network.lan.vlan');
	expect(of('network.lan.vlan')?.lines).toEqual([
		'if [ ! -e /sys/class/net/eth1.50 ]; then',
		'	mkdir -p /n/.vlans',
		'	: > /n/.vlans/eth1.50',
		"ip -batch - <<-'E'",
		'link add link eth1 name eth1.50 type vlan id 50',
		'link set dev eth1.50 up',
		'E',
		'fi',
	]);
	expect(of('network.lan.claim')?.undo.join('\n')).toContain('ip link delete "$name"');
});
