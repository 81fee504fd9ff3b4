import {expect, test} from 'vitest';
import {hostScriptText} from '../../step/verbs/host-script.ts';
import type {NetworksInput} from '../input/network-input.ts';
import {planNetwork} from './plan-network.ts';

/** A container on one network of an ordinary user. */
function input(change: Partial<NetworksInput>, internal = false): NetworksInput {
	return {
		container: 'web',
		joins: [
			{
				record: {
					schema: 1,
					name: 'net',
					project: 'shop',
					driver: 'bridge',
					bridge: 'tsb-1',
					subnets: [{subnet: '10.89.0.0/24', gateway: '10.89.0.1'}],
					internal,
					labels: {},
				},
				recordText: '{}',
				addresses: [
					{
						family: 4,
						subnet: '10.89.0.0/24',
						prefix: 24,
						gateway: '10.89.0.1',
						address: '10.89.0.7',
						lease: '/s/networks/net/leases/10.89.0.7',
						leaseText: '# web',
						isDefault: true,
					},
				],
				mac: '02:42:0a:59:00:07',
				inside: 'eth0',
				hostEnd: 'tsb2',
				linkLocalIps: [],
				sysctls: {},
			},
		],
		ports: [{published: 8080, protocol: 'tcp', address: '10.89.0.7', target: 80, hostIp: '127.0.0.1'}],
		published: [8080],
		conf: '/s/containers/web',
		state: '/s',
		folder: '/s/networks',
		lock: '/s/networks/.lock',
		hosts: [],
		resolv: [],
		own: {
			file: '/s/networks/.namespace',
			users: ['--user', '--map-root-user'],
			outside: 'pasta',
			calls: {setns: 308, capset: 126},
		},
		...change,
	};
}

const ids = (networks: NetworksInput): readonly string[] => planNetwork(networks, null).before.map(({id}) => id);

test('the namespace comes after the address, with which it goes, and before all devices', () => {
	expect(ids(input({}))).toEqual([
		'network.files',
		'network.net.claim',
		'network.namespace',
		'network.outside',
		'network.net.bridge',
		'network.rules',
		'network.ports',
		'network.names',
	]);
});

test('root has no namespace and no relay, and internal networks are connected to nothing', () => {
	expect(ids(input({own: null}))).not.toContainEqual(expect.stringMatching(/namespace|outside|ports/));
	expect(ids(input({ports: []}, true))).not.toContainEqual(expect.stringMatching(/outside|ports/));
});

test('devices and rules are made in the namespace, and undone there', () => {
	const {before, beside} = planNetwork(input({}), null);
	const steps = [...before, ...beside].filter(({id}) => /bridge|rules|link|claim/.test(id));
	const placed = steps.flatMap(({id, action, undo}) => [
		...(action.kind === 'hostScript' && action.namespace !== undefined ? [id] : []),
		...(undo.kind === 'undoScript' && undo.namespace !== undefined ? [`undo ${id}`] : []),
	]);
	expect(placed).toEqual([
		'undo network.net.claim',
		'network.net.bridge',
		'network.rules',
		'undo network.rules',
		'network.net.link',
		'undo network.net.link',
	]);
});

test('a script fails when the namespace has ended, and an undo removes the files that are left', () => {
	const script = {lines: ['ip link'], namespace: '/s/networks/.namespace'};
	expect(hostScriptText(script)).toContain('the network namespace of this user has ended');
	expect(hostScriptText(script, {isUndo: true})).not.toContain('has ended');
	expect(hostScriptText(script)).toContain('nsenter --user --net --preserve-credentials --target $holder');
});
