import * as z from 'zod/mini';
import {numberIn} from '../syntax/scalar.ts';
import {key, mapOrList, parsedBy, text, textOrNumber, texts} from '../values/schema-parts.ts';
import {parseAlias, parseInterfaceName, parseIpv4, parseIpv6, parseLinkLocal, parseMac} from './network-values.ts';

const priority = parsedBy(textOrNumber, numberIn({min: -(2 ** 31), max: 2 ** 31 - 1}));

const join = z.strictObject(
	{
		aliases: key(
			'More names by which others on the network find it.',
			z.array(parsedBy(text, parseAlias), {error: 'must be a list of names'}),
			['database'],
		),
		ipv4_address: key('Its IPv4 address.', parsedBy(text, parseIpv4), '10.5.0.10'),
		ipv6_address: key('Its IPv6 address.', parsedBy(text, parseIpv6), 'fd00:5::10'),
		mac_address: key('The MAC address of its interface.', parsedBy(text, parseMac), '02:42:ac:11:65:43'),
		priority: key('Networks with a higher one are joined first; 0 by default.', priority, 10),
		gw_priority: key('The network with the highest one has the default route; 0 by default.', priority, 1),
		interface_name: key(
			'The name of the interface in the container; at most 15 characters.',
			parsedBy(text, parseInterfaceName),
			'eth0',
		),
		link_local_ips: key(
			'More addresses of the interface, in 169.254.0.0/16 or fe80::/10.',
			z.array(parsedBy(text, parseLinkLocal), {error: 'must be a list of addresses'}),
			['169.254.8.8'],
		),
		driver_opts: key(
			'`com.docker.network.endpoint.sysctls`: kernel parameters of the interface, with IFNAME for its name.',
			mapOrList,
			{'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.log_martians=1'},
		),
	},
	{error: 'must be a map, or nothing'},
);

/** The schema of `networks` of a service: names, or a map with how it is on each. */
export const joins = z.union([texts, z.record(z.string(), z.nullable(join))], {
	error: 'must be a list of networks, or a map of them',
});

/** The output of {@link joins}. */
export type JoinsInput = z.output<typeof joins>;
