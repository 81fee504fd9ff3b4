import * as z from 'zod/mini';
import type {Parsed} from '../model/parsed.ts';
import {networkDrivers} from './driver-options.ts';
import {checkExtraHost} from './extra-host.ts';
import {
	checkInterfaceSysctl,
	parseAlias,
	parseInterfaceName,
	parseIp,
	parseIpv4,
	parseIpv6,
	parseLinkLocal,
	parseMac,
	parseNetworkName,
	parseNetworkSubnet,
	parseSubnet,
} from './network-values.ts';

/* The schemas of networks in a record, which is untrusted: each value must be one that reading a spec can produce. */

const as = (parse: (written: string) => Parsed<string>) =>
	z.string().check(
		z.refine(value => {
			const parsed = parse(value);
			return parsed.ok && parsed.value === value;
		}),
	);
const withoutNul = z.string().check(z.refine(text => !text.includes('\0')));
const whole = (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max));
/** Each becomes a word of a command; see driver-options.ts. */
const word = z.string().check(z.regex(/^[a-z0-9]+$/));
const priority = whole(-(2 ** 31), 2 ** 31 - 1);

/** A network that a file declares. */
export const network = z.object({
	key: as(parseNetworkName),
	name: as(parseNetworkName),
	project: z.nullable(withoutNul),
	driver: z.literal(networkDrivers),
	parent: z.optional(z.object({device: as(parseInterfaceName), mode: word, flag: z.optional(word)})),
	internal: z.boolean(),
	attachable: z.boolean(),
	enableIpv4: z.boolean(),
	enableIpv6: z.boolean(),
	subnets: z.array(
		z.object({
			subnet: as(parseNetworkSubnet),
			gateway: z.optional(as(parseIp)),
			ipRange: z.optional(as(parseSubnet)),
			auxAddresses: z.record(withoutNul, as(parseIp)),
		}),
	),
	bridge: z.optional(as(parseInterfaceName)),
	mtu: z.optional(whole(68, 65_535)),
	labels: z.record(withoutNul, withoutNul),
});

/** How a container is on a network. */
export const networkJoin = z.object({
	network,
	aliases: z.array(as(parseAlias)),
	ipv4Address: z.optional(as(parseIpv4)),
	ipv6Address: z.optional(as(parseIpv6)),
	macAddress: z.optional(as(parseMac)),
	priority,
	gwPriority: priority,
	interfaceName: z.optional(as(parseInterfaceName)),
	linkLocalIps: z.array(as(parseLinkLocal)),
	sysctls: z
		.record(z.string(), z.string())
		.check(z.refine(all => Object.entries(all).every(([name, value]) => checkInterfaceSysctl(name, value).ok))),
});

/** An entry of `extra_hosts`. */
export const extraHost = z.object({name: z.string(), address: z.string()}).check(
	z.refine(({name, address}) => {
		const parsed = checkExtraHost(name, address);
		return parsed.ok && parsed.value.address === address;
	}),
);
