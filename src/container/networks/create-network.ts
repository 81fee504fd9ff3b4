import {TsboxError} from '../../errors/tsbox-error.ts';
import {withLock} from '../../execute/lock.ts';
import {
	type Address,
	type Cidr,
	contains,
	formatAddress,
	formatCidr,
	hostsOf,
	isExactCidr,
	isWithin,
	overlaps,
	parseAddress,
	parseCidr,
} from '../../network/address.ts';
import {leastMtu6} from '../../network/names.ts';
import {pickAddress} from '../../network/pick-address.ts';
import {overlapping, pickSubnet} from '../../network/pools.ts';
import type {NetworkDriver, Subnet} from '../../spec/model/network.ts';
import {
	bridgeOption,
	type DriverSettings,
	mtuOption,
	networkDrivers,
	otherDrivers,
	readDriverOptions,
} from '../../spec/network/driver-options.ts';
import {present} from '../../spec/syntax/pick.ts';
import {
	allDefinitions,
	allNetworks,
	isNetworkName,
	type NetworkDefinition,
	networksFolder,
	networksLock,
	writeDefinition,
} from '../../state/network.ts';
import type {Machine} from '../machine/machine.ts';
import {networkPools} from '../plan/network-pools.ts';
import {usedSubnets} from './used-subnets.ts';

/** What a new network shall be, as it was written. */
export interface NetworkOptions {
	/** `bridge`, the default, `macvlan` or `ipvlan`. */
	readonly driver?: string;
	/** It has IPv4 addresses; true by default. */
	readonly ipv4?: boolean;
	/** It has IPv6 addresses; false by default. */
	readonly ipv6?: boolean;
	/** CIDRs, at most one of each family; by default the first free one of the pools. */
	readonly subnets?: readonly string[];
	/** The addresses of the bridge; by default the first of each subnet. */
	readonly gateways?: readonly string[];
	/** CIDRs within the subnets, from which containers get their addresses. */
	readonly ipRanges?: readonly string[];
	/** Addresses that no container gets, by the name of what has them. */
	readonly auxAddresses?: Readonly<Record<string, string>>;
	/** The host forwards nothing out of it. */
	readonly internal?: boolean;
	readonly attachable?: boolean;
	readonly labels?: Readonly<Record<string, string>>;
	/** Options of the driver by Docker's names: `com.docker.network.driver.mtu`, `com.docker.network.bridge.name`, `parent`. */
	readonly driverOptions?: Readonly<Record<string, string>>;
}

/** `network_mode` gives these words another meaning. */
const reserved = ['bridge', 'default', 'host', 'none'];

/**
 * Makes a network that belongs to no project. Its bridge comes with the first container. Everything is checked before anything is
 * written.
 *
 * @returns the network's subnets
 * @throws TsboxError E_USAGE for what no network can be, E_NETWORK_TAKEN for a name, a bridge, or a subnet that something else has,
 *   E_NETWORK_FULL when no subnet is free.
 */
export async function createNetwork(
	machine: Machine,
	name: string,
	options: NetworkOptions = {},
): Promise<readonly string[]> {
	const {host, dirs, facts} = machine;
	checkName(name);
	const driver = readDriver(options.driver ?? 'bridge');
	const settings = settingsOf(driver, options.driverOptions ?? {});
	const families = familiesOf(options);
	// The checks of subnets need no lock.
	const written = readSubnets(name, families, options);
	if (families.includes(6) && settings.mtu !== undefined && settings.mtu < leastMtu6)
		throw refused(
			`--opt ${mtuOption}=${settings.mtu}: IPv6 needs ${leastMtu6}`,
			`write --opt ${mtuOption}=${leastMtu6}`,
		);
	host.mkdirs(networksFolder(dirs.state), 0o700);
	return withLock(host, facts, networksLock(dirs.state), async () => {
		refuseTaken(machine, name, settings.bridge);
		const used = await usedSubnets(machine, driver);
		const subnets = families.map(family => {
			const range = written.find(({subnet}) => parseCidr(subnet)?.family === family);
			if (range === undefined) return readRange(name, pickSubnet(networkPools(machine), family, used), noneAsked);
			const cidr = parseCidr(range.subnet);
			const other = cidr && overlapping(cidr, used);
			if (other === undefined) return range;
			throw new TsboxError('E_NETWORK_TAKEN', `the subnet ${range.subnet} is taken`, {
				why: `it overlaps ${other.by}`,
				hint: 'choose another, or leave --subnet out',
			});
		});
		const definition: NetworkDefinition = {
			schema: 1,
			name,
			driver,
			internal: options.internal ?? false,
			attachable: options.attachable ?? false,
			subnets,
			...present(settings),
			labels: options.labels ?? {},
			created: host.now(),
		};
		writeDefinition(host, dirs.store, definition);
		return subnets.map(({subnet}) => subnet);
	});
}

function refused(message: string, hint: string): TsboxError {
	return new TsboxError('E_USAGE', message, {hint});
}

function checkName(name: string): void {
	if (!isNetworkName(name))
		throw refused(
			`${JSON.stringify(name)} is not a valid network name`,
			'start with a letter or digit, and use only a-z A-Z 0-9 _ . -',
		);
	if (reserved.includes(name))
		throw refused(`no network can be named ${name}`, 'choose another name; `network_mode` has this one');
}

function readDriver(driver: string): NetworkDriver {
	const found = networkDrivers.find(each => each === driver);
	if (found !== undefined) return found;
	const hint = Object.hasOwn(otherDrivers, driver) ? otherDrivers[driver] : undefined;
	throw refused(
		`--driver ${JSON.stringify(driver)}: tsbox has ${networkDrivers.join(', ')}`,
		hint ?? 'leave --driver out',
	);
}

function settingsOf(driver: NetworkDriver, options: Readonly<Record<string, string>>): DriverSettings {
	const given = Object.entries(options).map(([name, value]) => ({name, value}));
	return readDriverOptions(driver, given, (name, problem, hint = 'see `tsbox network --help`') => {
		if (name === undefined) throw refused(problem, 'add `--opt parent=eth0`; `ip link` lists the devices');
		throw refused(`--opt ${name} ${problem}`, hint);
	});
}

/** Blocks that no machine has an address of, or only on its link: RFC 1122 section 3.2.1.3, RFC 5771, RFC 1112 section 4, RFC 4291. */
const special = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3', '::/8', 'fe80::/10', 'ff00::/8'].flatMap(
	text => parseCidr(text) ?? [],
);

function readCidr(option: string, text: string): Cidr {
	const cidr = parseCidr(text);
	if (cidr === undefined)
		throw refused(`${option} ${text}: not a block of addresses`, `write it as \`${option} 10.5.0.0/24\``);
	if (!isExactCidr(text))
		throw refused(`${option} ${text}: not the first address of its block`, `write \`${option} ${formatCidr(cidr)}\``);
	return cidr;
}

function readSubnet(text: string): Cidr {
	const cidr = readCidr('--subnet', text);
	const longest = cidr.family === 4 ? 31 : 126;
	if (cidr.prefix < 8 || cidr.prefix > longest)
		throw refused(
			`--subnet ${text}: the prefix must be from 8 to ${longest}`,
			cidr.family === 4 ? 'a /24 has room for 253 containers' : 'a /64 is usual',
		);
	if (special.some(each => overlaps(each, cidr)))
		throw refused(
			`--subnet ${text}: no machine can have these addresses`,
			'choose a private block, such as 10.5.0.0/24',
		);
	return cidr;
}

function familiesOf({ipv4 = true, ipv6 = false}: NetworkOptions): readonly (4 | 6)[] {
	if (!ipv4 && !ipv6) throw refused('--no-ipv4: a network needs addresses', 'add --ipv6, or leave --no-ipv4 out');
	return [...(ipv4 ? ([4] as const) : []), ...(ipv6 ? ([6] as const) : [])];
}

/** What is said of the addresses of one subnet. */
interface Asked {
	readonly gateway?: string | undefined;
	readonly ipRange?: string | undefined;
	readonly auxAddresses: Readonly<Record<string, string>>;
}

const noneAsked: Asked = {auxAddresses: {}};

/** The subnets that were asked for, each with what is said of its addresses. */
function readSubnets(
	network: string,
	families: readonly (4 | 6)[],
	{subnets = [], gateways = [], ipRanges = [], auxAddresses = {}}: NetworkOptions,
): readonly (Subnet & {readonly gateway: string})[] {
	const asked = subnets.map(readSubnet);
	for (const [at, cidr] of asked.entries()) {
		const text = formatCidr(cidr);
		if (!families.includes(cidr.family))
			throw refused(
				`--subnet ${text}: the network has no IPv${cidr.family}`,
				cidr.family === 6 ? 'add --ipv6' : 'leave --no-ipv4 out',
			);
		const other = asked.slice(0, at).find(({family}) => family === cidr.family);
		if (other !== undefined)
			throw refused(
				`--subnet ${text}: the network has ${formatCidr(other)} already`,
				`keep one subnet of IPv${cidr.family}`,
			);
	}
	const aux = Object.entries(auxAddresses);
	const options = {'--gateway': gateways, '--ip-range': ipRanges, '--aux-address': aux.map(([, address]) => address)};
	for (const [option, texts] of Object.entries(options))
		for (const [at, text] of texts.entries()) {
			const family = familyOf(text);
			// What is no address at all is refused with the subnet in hand.
			if (!asked.some(cidr => cidr.family === family || family === undefined))
				throw refused(`${option} needs --subnet`, 'name the subnet that it is a part of');
			if (option !== '--aux-address' && texts.slice(0, at).some(each => familyOf(each) === family))
				throw refused(`${option} ${text}: the subnet has one already`, `keep one ${option} for a subnet`);
		}
	return asked.map(cidr => {
		const isOwn = (text: string): boolean => (familyOf(text) ?? asked[0]?.family) === cidr.family;
		return readRange(network, cidr, {
			gateway: gateways.find(isOwn),
			ipRange: ipRanges.find(isOwn),
			auxAddresses: Object.fromEntries(aux.filter(([, address]) => isOwn(address))),
		});
	});
}

/** The family of an address or of a block. */
function familyOf(text: string): 4 | 6 | undefined {
	return (parseAddress(text) ?? parseCidr(text))?.family;
}

/** The subnet with its gateway, once all that is said of it fits. */
function readRange(
	network: string,
	subnet: Cidr,
	{gateway, ipRange, auxAddresses}: Asked,
): Subnet & {readonly gateway: string} {
	const hosts = hostsOf(subnet);
	const within = (option: string, text: string): Address => {
		const address = parseAddress(text);
		if (
			address !== undefined &&
			contains(subnet, address) &&
			hosts.first <= address.value &&
			address.value <= hosts.last
		)
			return address;
		const [first, last] = [hosts.first, hosts.last].map(value => formatAddress({family: subnet.family, value}));
		throw refused(
			`${option} ${text}: not an address of the subnet ${formatCidr(subnet)}`,
			`choose one of ${first} to ${last}`,
		);
	};
	const range = ipRange === undefined ? undefined : readCidr('--ip-range', ipRange);
	if (range !== undefined && !isWithin(range, subnet))
		throw refused(
			`--ip-range ${ipRange}: not a part of the subnet ${formatCidr(subnet)}`,
			'choose a block within the subnet',
		);
	const taken = new Map<bigint, string>();
	const aux = Object.entries(auxAddresses).map(([key, text]): readonly [string, string] => {
		const option = `--aux-address ${key}=${text}`;
		const {family, value} = within(`--aux-address ${key}`, text);
		const other = taken.get(value);
		if (other !== undefined) throw refused(`${option}: ${other} has this address`, 'give each its own');
		taken.set(value, key);
		return [key, formatAddress({family, value})];
	});
	const bridge = gateway === undefined ? firstFree(subnet, taken) : within('--gateway', gateway);
	const other = taken.get(bridge.value);
	if (other !== undefined)
		throw refused(`--gateway ${gateway}: --aux-address ${other} has this address`, 'give each its own');
	const auxiliary = Object.fromEntries(aux);
	// Fails for a network on which there would never be room for a container.
	pickAddress({network, subnet, gateway: bridge, auxAddresses: auxiliary, ...present({ipRange: range})}, new Map(), {
		container: network,
	});
	return {
		subnet: formatCidr(subnet),
		gateway: formatAddress(bridge),
		...(range === undefined ? {} : {ipRange: formatCidr(range)}),
		auxAddresses: auxiliary,
	};
}

function firstFree(subnet: Cidr, taken: ReadonlyMap<bigint, string>): Address {
	let {first: value} = hostsOf(subnet);
	while (taken.has(value)) value += 1n;
	return {family: subnet.family, value};
}

function refuseTaken({host, dirs}: Machine, name: string, bridge: string | undefined): void {
	const networks = [...allDefinitions(host, dirs.store), ...allNetworks(host, dirs.state)];
	if (networks.some(each => each.name === name))
		throw new TsboxError('E_NETWORK_TAKEN', `there is a network named ${name} already`, {
			hint: `look at it with \`tsbox network inspect ${name}\`, or choose another name`,
		});
	if (bridge === undefined) return;
	const other = networks.find(each => each.bridge === bridge)?.name;
	if (other === undefined && host.lstat(`/sys/class/net/${bridge}`) === undefined) return;
	throw new TsboxError('E_NETWORK_TAKEN', `the interface name ${bridge} is taken`, {
		why: other === undefined ? 'this host has an interface of that name' : `it is the bridge of the network ${other}`,
		hint: `choose another for ${bridgeOption}, or leave it out`,
	});
}
