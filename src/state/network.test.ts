import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {
	allDefinitions,
	allNetworks,
	dropNetwork,
	forgottenNetworks,
	type Lease,
	leasedAddresses,
	leasePath,
	leaseText,
	type NetworkDefinition,
	type NetworkRecord,
	networkFolder,
	networksLock,
	parseLease,
	readDefinition,
	readLeases,
	readNetwork,
	removeDefinition,
	writeDefinition,
	writeNetwork,
} from './network.ts';

const record: NetworkRecord = {
	schema: 1,
	name: 'shop_default',
	project: 'shop',
	driver: 'bridge',
	bridge: 'tsb-0a1b2c3d',
	subnets: [{subnet: '10.89.0.0/24', gateway: '10.89.0.1'}],
	internal: false,
	labels: {team: 'web'},
};
const definition: NetworkDefinition = {
	schema: 1,
	name: 'front',
	driver: 'bridge',
	internal: false,
	attachable: true,
	subnets: [
		{subnet: '10.89.1.0/24', gateway: '10.89.1.1', ipRange: '10.89.1.128/25', auxAddresses: {printer: '10.89.1.5'}},
	],
	labels: {},
	created: 5,
};
const lease: Lease = {
	address: '10.89.0.2',
	container: 'shop-web-1',
	interface: 'eth0',
	hostEnd: 'tsbv0a1b2c3d',
	mac: '02:42:0a:59:00:02',
	names: ['shop-web-1', 'web', 'www'],
};

test('a network is read as it was written, and is gone once it was dropped', () => {
	const host = recordingHost({'/s': 'dir'});
	expect(readNetwork(host, '/s', 'shop_default')).toBeUndefined();
	writeNetwork(host, '/s', record);
	const other = {...record, name: 'lock', project: null, mtu: 9000};
	writeNetwork(host, '/s', other);
	expect(allNetworks(host, '/s')).toEqual([other, record]);
	dropNetwork(host, '/s', 'shop_default');
	dropNetwork(host, '/s', 'shop_default');
	expect(allNetworks(host, '/s')).toEqual([other]);
	expect(forgottenNetworks(host, '/s')).toEqual([]);
});

test('no network can have the name of the lock, and a network that was half dropped is found', () => {
	const host = recordingHost({[networksLock('/s')]: '', '/s/networks/.dead-1-2-x/network.json': '{}'});
	writeNetwork(host, '/s', {...record, name: 'lock'});
	expect(allNetworks(host, '/s').map(({name}) => name)).toEqual(['lock']);
	expect(forgottenNetworks(host, '/s')).toEqual(['/s/networks/.dead-1-2-x']);
});

test.each([
	['another name than its folder', {...record, name: 'other'}],
	['no subnet', {...record, subnets: []}],
	['a subnet that is null', {...record, subnets: [null]}],
	['a label that is no text', {...record, labels: {a: 1}}],
	['an unknown driver', {...record, driver: 'overlay'}],
	['a driver without its device', {...record, driver: 'macvlan'}],
	['a newer schema', {...record, schema: 2}],
	['a project that is missing', {...record, project: undefined}],
])('a record with %s is none', (_, wrong) => {
	const host = recordingHost({[`${networkFolder('/s', record.name)}/network.json`]: JSON.stringify(wrong)});
	expect(readNetwork(host, '/s', record.name)).toBeUndefined();
});

test('a name that leaves the folder names nothing', () => {
	const host = recordingHost({'/s/other/network.json': JSON.stringify({...record, name: '../other'})});
	expect(readNetwork(host, '/s', '../other')).toBeUndefined();
	expect(readDefinition(host, '/s', '../other')).toBeUndefined();
	expect(removeDefinition(host, '/s/networks', '../../s/other')).toBe(false);
});

test('a definition is read as it was written, and removed once', () => {
	const host = recordingHost({'/s': 'dir'});
	writeDefinition(host, '/s', definition);
	expect(readDefinition(host, '/s', 'front')).toEqual(definition);
	expect(allDefinitions(host, '/s')).toEqual([definition]);
	expect([removeDefinition(host, '/s', 'front'), removeDefinition(host, '/s', 'front')]).toEqual([true, false]);
	expect(allDefinitions(host, '/s')).toEqual([]);
});

test('a damaged definition is left out, and can be removed', () => {
	const host = recordingHost({'/s/networks/front.json': '{"schema": 1', '/s/networks/note.txt': 'x'});
	expect(allDefinitions(host, '/s')).toEqual([]);
	expect(removeDefinition(host, '/s', 'front')).toBe(true);
});

test('the leases of a network are lines of hosts(5)', () => {
	const six: Lease = {...lease, address: 'fd00::2', names: ['shop-web-1']};
	const host = recordingHost({
		[leasePath('/s', 'n', lease.address)]: leaseText(lease),
		[leasePath('/s', 'n', six.address)]: leaseText(six),
		[leasePath('/s', 'n', '10.89.0.3')]: '',
		[leasePath('/s', 'n', '10.89.0.4')]: leaseText(lease),
		[leasePath('/s', 'n', 'note')]: leaseText(lease),
	});
	expect(leaseText(lease)).toBe('# shop-web-1 eth0 tsbv0a1b2c3d 02:42:0a:59:00:02\n10.89.0.2 shop-web-1 web www\n');
	expect(readLeases(host, '/s', 'n')).toEqual([lease, six]);
	expect(leasedAddresses(host, '/s', 'n')).toEqual(['10.89.0.2', '10.89.0.3', '10.89.0.4', 'fd00::2']);
});

test('a lease that is cut at any byte is none', () => {
	const text = leaseText(lease);
	expect(parseLease(text)).toEqual(lease);
	for (let at = 0; at < text.length; at += 1) expect(parseLease(text.slice(0, at))).toBeUndefined();
});
