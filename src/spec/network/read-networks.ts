import type {NetworkDeclaration, Subnet} from '../model/network.ts';
import type {Origin} from '../model/project.ts';
import {quoted} from '../model/parsed.ts';
import {keyValues} from '../syntax/key-values.ts';
import {present} from '../syntax/pick.ts';
import type {Problem} from '../syntax/problem.ts';
import type {Path, Places} from '../syntax/tree.ts';
import {isWithin, overlaps, parseCidr} from '../../network/address.ts';
import {type DriverSettings, isDriverOption, readDriverOptions} from './driver-options.ts';
import {isHostAddress, parseNetworkName} from './network-values.ts';
import type {NetworksInput} from './networks-schema.ts';

/** The networks that the services of a file may join. */
export interface FileNetworks {
	/** Those that the file declares; undefined for a file with one container, which has no place for them. */
	readonly declared: readonly NetworkDeclaration[] | undefined;
	/** Where the file declares a network. */
	readonly declaredAt?: (key: string) => Origin;
	/** What `default` means: as it is declared, or a bridge of the project. */
	readonly byDefault: NetworkDeclaration;
}

type Input = NonNullable<NonNullable<NetworksInput>[string]>;
type RangeInput = NonNullable<NonNullable<Input['ipam']>['config']>[number];
/** Tells a problem of the value at a path below the network. */
type Fail = (path: Path, message: string, hint?: string) => void;

/** The network `default` of a project that does not declare it. */
export function defaultNetwork(project: string): NetworkDeclaration {
	return plainNetwork('default', `${project}_default`, project);
}

/** A bridge of which nothing is said but its name. */
export function plainNetwork(key: string, name: string, project: string | null): NetworkDeclaration {
	return {
		key,
		name,
		project,
		driver: 'bridge',
		internal: false,
		attachable: false,
		enableIpv4: true,
		enableIpv6: false,
		subnets: [],
		labels: {},
	};
}

/** Reads the networks that a file declares. `places` belong to the whole file. */
export function readNetworks(
	input: NetworksInput | undefined,
	project: string,
	places: Places,
): {readonly networks: FileNetworks; readonly problems: readonly Problem[]} {
	const problems: Problem[] = [];
	const declared = Object.entries(input ?? {}).map(([key, given]) => {
		const fail: Fail = (path, message, hint) => {
			const place = places.value(['networks', key, ...path]);
			problems.push({code: 'E_SPEC_INVALID', place, message, ...(hint !== undefined && {hint})});
		};
		const name = parseNetworkName(key);
		if (!name.ok)
			problems.push({
				code: 'E_SPEC_INVALID',
				place: places.key(['networks', key]),
				message: `the name of a network ${name.problem}`,
			});
		return readNetwork(key, given ?? {}, project, places, fail);
	});
	problems.push(...twice(declared, places));
	const byDefault = declared.find(({key}) => key === 'default') ?? defaultNetwork(project);
	return {networks: {declared, byDefault, declaredAt: key => places.origin(['networks', key])}, problems};
}

function readNetwork(key: string, input: Input, project: string, places: Places, fail: Fail): NetworkDeclaration {
	const {external = false, internal = false, attachable = false} = input;
	const labels = keyValues(input.labels, ['networks', key, 'labels'], places).map(
		({name, value = ''}) => [name, value] as const,
	);
	if (external !== false) return readExternal(key, input, fail);
	const subnets = (input.ipam?.config ?? []).map((range, i) => readSubnet(range, ['ipam', 'config', i], fail));
	const isIpv6 = subnets.some(({subnet}) => parseCidr(subnet)?.family === 6);
	const {enable_ipv4: enableIpv4 = true, enable_ipv6: enableIpv6 = isIpv6} = input;
	if (!enableIpv4 && !enableIpv6)
		fail(['enable_ipv4'], 'a network needs addresses', 'take `enable_ipv4` out, or add `enable_ipv6: true`');
	for (const [i, {subnet}] of subnets.entries()) {
		const family = parseCidr(subnet)?.family;
		if (family === 6 && !enableIpv6)
			fail(
				['ipam', 'config', i],
				`${quoted(subnet)} is IPv6, which the network does not have`,
				'add `enable_ipv6: true`',
			);
		if (family === 4 && !enableIpv4)
			fail(
				['ipam', 'config', i],
				`${quoted(subnet)} is IPv4, which the network does not have`,
				'take `enable_ipv4: false` out',
			);
	}
	return {
		key,
		name: input.name ?? `${project}_${key}`,
		project,
		driver: input.driver ?? 'bridge',
		internal,
		attachable,
		enableIpv4,
		enableIpv6,
		subnets,
		...driverOptions(input, key, places, fail),
		labels: Object.fromEntries(labels),
	};
}

/** Others made an external network, so that nothing else can be said of it. */
function readExternal(key: string, {external, name: given, ...rest}: Input, fail: Fail): NetworkDeclaration {
	const inner = typeof external === 'object' ? external.name : undefined;
	const name = given ?? inner ?? key;
	if (given !== undefined && inner !== undefined && given !== inner)
		fail(['external', 'name'], '`external.name` differs from `name`', 'keep one of them');
	for (const [other, value] of Object.entries(rest))
		if (value !== undefined)
			fail([other], `an external network has the \`${other}\` that it was made with`, `take \`${other}\` out`);
	if (name === 'host' || name === 'none')
		fail([], `${quoted(name)} is no network`, `write \`network_mode: ${name}\` in the services`);
	return plainNetwork(key, name, null);
}

function readSubnet(input: RangeInput, path: Path, fail: Fail): Subnet {
	const {subnet, gateway, ip_range: ipRange, aux_addresses: auxAddresses = {}} = input;
	const cidr = parseCidr(subnet);
	if (cidr !== undefined) {
		if (gateway !== undefined && !isHostAddress(subnet, gateway))
			fail([...path, 'gateway'], `the gateway ${quoted(gateway)} is no address of ${quoted(subnet)}`);
		const inner = ipRange === undefined ? undefined : parseCidr(ipRange);
		if (inner !== undefined && !isWithin(inner, cidr))
			fail([...path, 'ip_range'], `the range ${quoted(ipRange ?? '')} is not within ${quoted(subnet)}`);
		for (const [name, address] of Object.entries(auxAddresses))
			if (!isHostAddress(subnet, address))
				fail([...path, 'aux_addresses', name], `${quoted(address)} is no address of ${quoted(subnet)}`);
	}
	return {subnet, auxAddresses, ...present({gateway, ipRange})};
}

function driverOptions(
	{driver = 'bridge', driver_opts: options}: Input,
	key: string,
	places: Places,
	fail: Fail,
): DriverSettings {
	const given = keyValues(options, ['networks', key, 'driver_opts'], places).filter(({name}) =>
		isDriverOption(driver, name),
	);
	return readDriverOptions(driver, given, (name, problem, hint) => {
		const path = given.find(each => each.name === name)?.path.slice(2) ?? ['driver'];
		if (name === undefined) fail(path, problem, 'add `driver_opts: {parent: eth0}`; `ip link` lists the devices');
		else fail(path, `${quoted(name)} ${problem}`, hint);
	});
}

/** Reports names, bridges and addresses that two networks of a file have. */
function twice(networks: readonly NetworkDeclaration[], places: Places): readonly Problem[] {
	const ranges = networks.flatMap(({key, subnets}) =>
		subnets.flatMap(({subnet}, i) => {
			const cidr = parseCidr(subnet);
			return cidr === undefined ? [] : [{key, subnet, cidr, path: ['networks', key, 'ipam', 'config', i, 'subnet']}];
		}),
	);
	const problem = (path: Path, message: string, hint: string): Problem => ({
		code: 'E_SPEC_INVALID',
		place: places.value(path),
		message,
		hint,
	});
	return [
		...networks.flatMap((network, at) => {
			const {key, name, bridge} = network;
			const before = networks.slice(0, at);
			return [
				...before
					.filter(other => other.name === name)
					.map(other =>
						problem(
							['networks', key],
							`two networks have the name ${quoted(name)}`,
							`use \`${other.key}\` in its place`,
						),
					),
				...(bridge !== undefined && before.some(other => other.bridge === bridge)
					? [problem(['networks', key, 'driver_opts'], `two networks have the bridge ${quoted(bridge)}`, 'rename one')]
					: []),
			];
		}),
		...ranges.flatMap(({subnet, cidr, path, key}, at) =>
			ranges
				.slice(0, at)
				.filter(other => overlaps(cidr, other.cidr))
				.map(other =>
					problem(
						path,
						`the subnet ${quoted(subnet)} overlaps ${quoted(other.subnet)} of ${other.key === key ? 'the same network' : quoted(other.key)}`,
						'give it other addresses',
					),
				),
		),
	];
}
