import * as z from 'zod/mini';
import type {NetworkDriver} from '../model/network.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {parseBoolean} from '../syntax/scalar.ts';
import {described, external, key, mapOrList, parsedBy, text, textOrBoolean} from '../values/schema-parts.ts';
import {networkDrivers, otherDrivers} from './driver-options.ts';
import {parseIp, parseNetworkName, parseNetworkSubnet, parseSubnet} from './network-values.ts';

const flag = parsedBy(textOrBoolean, parseBoolean);

const range = z.strictObject(
	{
		subnet: described('The addresses, as a CIDR.', parsedBy(text, parseNetworkSubnet), '10.5.0.0/24'),
		gateway: key("The bridge's own address; the first of the subnet by default.", parsedBy(text, parseIp), '10.5.0.1'),
		ip_range: key(
			'The part of the subnet from which containers without an address of their own get one.',
			parsedBy(text, parseSubnet),
			'10.5.0.128/25',
		),
		aux_addresses: key(
			'Addresses that no container gets, by the names of what has them.',
			z.record(z.string(), parsedBy(text, parseIp), {error: 'must be a map of addresses'}),
			{printer: '10.5.0.9'},
		),
	},
	{error: 'must be a map with `subnet`'},
);

const ipam = z.strictObject(
	{
		driver: key(
			'`default`: tsbox has no other.',
			parsedBy(text, word =>
				word === 'default'
					? good(word)
					: bad(`is ${quoted(word)}, and tsbox has no other driver of addresses than \`default\``, 'take `driver` out'),
			),
		),
		config: key(
			'The subnets; one is picked for a network without any.',
			z.array(range, {error: 'must be a list of maps with `subnet`'}),
			[{subnet: '10.5.0.0/24'}],
		),
	},
	{error: 'must be a map with `config`'},
);

const network = z.strictObject(
	{
		name: key('What it is called; `PROJECT_KEY` by default.', parsedBy(text, parseNetworkName), 'front'),
		external: key(
			'It is made and removed by others, and must be there.',
			external('As `name` of the network.', parseNetworkName),
			true,
		),
		driver: key(
			'`bridge`, or `macvlan` and `ipvlan`: beside the host on the network of one of its devices, `parent`.',
			parsedBy(text, parseDriver),
			'bridge',
		),
		driver_opts: key(
			'`com.docker.network.bridge.name`: the name of the bridge; `com.docker.network.driver.mtu`: the longest packet, bytes; of `macvlan` and `ipvlan` also `parent`, `macvlan_mode`, `ipvlan_mode` and `ipvlan_flag`.',
			mapOrList,
			{'com.docker.network.driver.mtu': 1400},
		),
		internal: key('There is no way out of it.', flag, true),
		attachable: key('Accepted for compose: containers of others may join any network.', flag),
		enable_ipv4: key('It has IPv4 addresses; true by default.', flag),
		enable_ipv6: key('It has IPv6 addresses too; false by default.', flag, true),
		ipam: key('Which addresses it has.', ipam, {config: [{subnet: '10.5.0.0/24'}]}),
		labels: key('Metadata for people and tools.', mapOrList),
	},
	{error: 'must be a map, or nothing'},
);

/** The schema of `networks` at the top of a file with services. */
export const networksSchema = z.nullable(
	z.record(z.string(), z.nullable(network), {error: 'must be a map of networks'}),
);

/** The output of {@link networksSchema}. */
export type NetworksInput = z.output<typeof networksSchema>;

function parseDriver(driver: string): Parsed<NetworkDriver> {
	// Over one machine it is a bridge.
	if (driver === 'default' || driver === 'overlay') return good('bridge');
	const found = networkDrivers.find(each => each === driver);
	if (found !== undefined) return good(found);
	const hint = Object.hasOwn(otherDrivers, driver) ? otherDrivers[driver] : undefined;
	return bad(
		`is ${quoted(driver)}, and tsbox has the drivers \`bridge\`, \`macvlan\` and \`ipvlan\``,
		hint ?? 'write `driver: bridge`',
	);
}
