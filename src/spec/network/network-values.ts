import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {namespaceModeParser} from '../namespaces/parse-mode.ts';
import {isSysctlName} from '../values/sysctl.ts';
import {
	contains,
	formatAddress,
	formatCidr,
	hostsOf,
	isExactCidr,
	parseAddress,
	parseCidr,
} from '../../network/address.ts';
import {isInterfaceName, longestInterface} from '../../network/names.ts';

/** The names of networks become names of folders, as those of volumes do (NAME_MAX of limits.h). */
const legalName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,200}$/;

/** Checks the name or the key of a network. */
export function parseNetworkName(name: string): Parsed<string> {
	if (legalName.test(name)) return good(name);
	return bad(`must begin with a letter or digit and hold only \`a-z A-Z 0-9 _ . -\`, not ${quoted(name)}`);
}

/** Parses an IPv4 address. */
export function parseIpv4(text: string): Parsed<string> {
	return ofFamily(text, [4], 'an IPv4 address such as `10.5.0.10`');
}

/** Parses an IPv6 address, and shortens it. */
export function parseIpv6(text: string): Parsed<string> {
	return ofFamily(text, [6], 'an IPv6 address such as `fd00:5::10`');
}

/** Parses an address of either kind. */
export function parseIp(text: string): Parsed<string> {
	return ofFamily(text, [4, 6], 'an IP address such as `10.5.0.10` or `fd00:5::10`');
}

function ofFamily(text: string, families: readonly number[], what: string): Parsed<string> {
	const address = parseAddress(text);
	if (address !== undefined && families.includes(address.family)) return good(formatAddress(address));
	return bad(`must be ${what}, not ${quoted(text)}`);
}

/** Parses an address that only counts on its link: RFC 3927, RFC 4291. */
export function parseLinkLocal(text: string): Parsed<string> {
	const parsed = parseIp(text);
	if (!parsed.ok) return parsed;
	if (/^(?:169\.254\.|fe[89ab][0-9a-f]:)/.test(parsed.value)) return parsed;
	return bad(
		`is ${quoted(text)}, and link-local addresses are in 169.254.0.0/16 and fe80::/10`,
		'others go to `ipv4_address`, `ipv6_address`',
	);
}

/** Parses a CIDR whose address is that of the network. */
export function parseSubnet(text: string): Parsed<string> {
	const cidr = parseCidr(text);
	if (cidr === undefined) return bad(`must be a CIDR such as \`10.5.0.0/24\`, not ${quoted(text)}`);
	const whole = formatCidr(cidr);
	return isExactCidr(text) ? good(whole) : bad(`has bits behind its prefix: ${quoted(text)}`, `write \`${whole}\``);
}

/** Parses a subnet that has room for a gateway and a container. */
export function parseNetworkSubnet(text: string): Parsed<string> {
	const parsed = parseSubnet(text);
	const cidr = parsed.ok ? parseCidr(parsed.value) : undefined;
	const longest = cidr?.family === 4 ? 30 : 126;
	if (cidr === undefined || cidr.prefix <= longest) return parsed;
	return bad(`has no room for a gateway and a container: ${quoted(text)}`, `make the prefix at most /${longest}`);
}

/** Whether an address can be that of an interface in a subnet: not that of the network, nor of broadcasts. */
export function isHostAddress(subnet: string, text: string): boolean {
	const [cidr, address] = [parseCidr(subnet), parseAddress(text)];
	if (cidr === undefined || address === undefined || !contains(cidr, address)) return false;
	const {first, last} = hostsOf(cidr);
	return first <= address.value && address.value <= last;
}

/** Parses a MAC address of one device, and writes it with colons in lower case, as ip(8) does. */
export function parseMac(text: string): Parsed<string> {
	const mac = text.toLowerCase().replaceAll('-', ':');
	if (!/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) || mac === '00:00:00:00:00:00')
		return bad(`must be a MAC address such as \`02:42:ac:11:65:43\`, not ${quoted(text)}`);
	// The lowest bit of the first byte is that of groups: IEEE 802.
	if (Number.parseInt(mac.slice(0, 2), 16) % 2 === 1)
		return bad(`is ${quoted(text)}, the address of a group of devices`, 'begin it with an even number, such as `02`');
	return good(mac);
}

/** Parses the name of a network device: see {@link longestInterface}. */
export function parseInterfaceName(text: string): Parsed<string> {
	if (text.length > longestInterface)
		return bad(
			`has ${text.length} characters: ${quoted(text)}`,
			`the kernel takes names of at most ${longestInterface}`,
		);
	if (text === 'lo') return bad('must not be `lo`, which every container has', 'write one such as `eth0`');
	if (isInterfaceName(text) && text !== 'all' && text !== 'default') return good(text);
	return bad(`must be the name of a network device such as \`eth0\`, not ${quoted(text)}`);
}

/** Parses a name by which others find a container. Underscores are no host name of RFC 1123, but names of services have them. */
export function parseAlias(text: string): Parsed<string> {
	if (/^[a-zA-Z0-9_](?:[a-zA-Z0-9_.-]{0,252}[a-zA-Z0-9_])?$/.test(text)) return good(text);
	return bad(`must be a name of letters, digits, underscores, inner hyphens and dots, not ${quoted(text)}`);
}

/** Parses a domain of `dns_search`; `.` stands for none, and so does nothing. */
export function parseSearchDomain(text: string): Parsed<string> {
	if (text === '') return good('.');
	return text === '.' ? good(text) : parseAlias(text.replace(/\.$/, ''));
}

/** Checks an option of resolv.conf(5): `ndots:2`, `rotate`. */
export function parseDnsOption(text: string): Parsed<string> {
	if (/^[a-zA-Z0-9-]+(?::\d+)?$/.test(text)) return good(text);
	return bad(`must be an option of resolv.conf(5) such as \`ndots:2\`, not ${quoted(text)}`);
}

/** Parses an entry of `expose`, and writes the protocol behind it: `3000/tcp`, `8080-8085/udp`. */
export function parseExpose(port: string | number): Parsed<string> {
	const [, first = '', last = first, protocol = 'tcp'] =
		/^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/.exec(String(port).trim()) ?? [];
	const [from, to] = [Number(first), Number(last)];
	if (from < 1 || to > 65_535 || to < from)
		return bad(`must be a port such as \`3000\`, \`53/udp\` or \`8080-8085\`, not ${quoted(port)}`);
	return good(`${from === to ? from : `${from}-${to}`}/${protocol}`);
}

/** Parses `network_mode`. */
export const parseNetworkMode = namespaceModeParser(
	['none', 'host', 'bridge'],
	text => `write \`networks: [${legalName.test(text) ? text : 'NAME'}]\` for a network of the file`,
);

const sysctlForm = /^net\.(?:ipv4|ipv6|mpls)\.(?:conf|neigh)\.IFNAME\.[a-z0-9_]+$/;

/** Checks a kernel parameter of an interface, which has IFNAME for its name: docker-network-connect(1). */
export function checkInterfaceSysctl(name: string, value: string): Parsed<string> {
	if (!sysctlForm.test(name) || !isSysctlName(name))
		return bad(
			`names ${quoted(name)}, no parameter of an interface`,
			'write one such as `net.ipv4.conf.IFNAME.log_martians=1`',
		);
	if (value === '' || /[\0\r\n,]/.test(value)) return bad(`gives ${quoted(name)} no value of one line`);
	return good(value);
}
