import type {NetworkDeclaration, NetworkJoin, Subnet} from '../model/network.ts';
import {quoted} from '../model/parsed.ts';
import type {Service} from '../model/project.ts';
import {formatAddress, nthHost, parseCidr} from '../../network/address.ts';
import {isHostAddress} from './network-values.ts';

/** Two values that exclude each other, and a key of the service to point at. */
interface Mix {
	readonly key: string;
	readonly message: string;
	readonly hint: string;
}

/** Finds values that exclude each other in what a service says of its networks. */
export function networkMixes(service: Service): readonly Mix[] {
	return [
		...modeMixes(service),
		...(service.networks ?? []).flatMap(join => addressMixes(join)),
		...interfaceMixes(service.networks ?? []),
		...externalMixes(service),
	];
}

function externalMixes({externalLinks = [], networks = [], networkMode}: Service): readonly Mix[] {
	if (externalLinks.length === 0 || networks.length > 0) return [];
	const hint = networkMode === undefined ? 'add `networks`' : 'take `network_mode` out, and add `networks`';
	return [{key: 'external_links', message: '`external_links` needs a network that both are on', hint}];
}

function modeMixes({networkMode: mode, namespaces, networks, egress, origins, ...service}: Service): readonly Mix[] {
	const mixes: Mix[] = [];
	const hasNetwork = namespaces.includes('network');
	const needing = mode === 'none' || mode === 'bridge' ? 'network_mode' : joinKey(networks?.[0]);
	if (!hasNetwork && mode !== 'host' && needing !== undefined)
		mixes.push({
			key: needing,
			message: `\`${needing.split('.')[0]}\` needs a network namespace of its own`,
			hint: 'add `network` to `namespaces`',
		});
	// That of another container's network stands there.
	const isShared = typeof mode === 'object';
	if (egress !== undefined && !isShared && (mode === 'host' || !hasNetwork))
		mixes.push({
			key: 'egress',
			message: `\`egress\` and ${mode === 'host' ? '`network_mode: host`' : 'the network of the host'} exclude each other: the list would hold for the host`,
			hint: mode === 'host' ? 'take one of them out' : 'add `network` to `namespaces`, or take `egress` out',
		});
	else if (egress !== undefined && !isShared && egress.length > 0 && networks === undefined)
		mixes.push({
			key: 'egress',
			message: '`egress` needs a network by which the container reaches what is listed',
			hint: mode === 'none' ? 'take `network_mode: none` out, or the entries' : 'add `networks: [default]`',
		});
	const ofLink = networks?.find(({linkLocalIps}) => linkLocalIps.length > 0);
	if (egress !== undefined && ofLink !== undefined)
		mixes.push({
			key: 'egress',
			message:
				'`egress` and `link_local_ips` exclude each other: the rules know a container by its addresses of networks',
			hint: 'take one of them out',
		});
	if (service.reproducible === true && networks !== undefined)
		mixes.push({
			key: mode === undefined ? (joinKey(networks[0]) ?? 'networks') : 'network_mode',
			message: '`reproducible: true` and a network exclude each other: others answer differently each time',
			hint: 'take one of them out',
		});
	if (!namespaces.includes('mount'))
		for (const [key, value] of Object.entries({
			extra_hosts: service.extraHosts,
			dns: service.dns,
			dns_search: service.dnsSearch,
			dns_opt: service.dnsOpt,
		}))
			if (value !== undefined && (origins[key] === undefined || origins[key].kind !== 'default'))
				mixes.push({
					key,
					message: `\`${key}\` needs a mount namespace of its own, else it would change the host`,
					hint: 'add `mount` to `namespaces`',
				});
	return mixes;
}

function joinKey(join: NetworkJoin | undefined): string | undefined {
	return join === undefined ? undefined : `networks.${join.network.key}`;
}

/** The gateway of a subnet: what is written, or its first address. */
function gatewayOf({subnet, gateway}: Subnet): string {
	const cidr = parseCidr(subnet);
	const first = cidr === undefined ? undefined : nthHost(cidr, 0n);
	return gateway ?? (first === undefined ? '' : formatAddress(first));
}

function addressMixes({network, ipv4Address, ipv6Address}: NetworkJoin): readonly Mix[] {
	// What others made is known when the container starts.
	if (network.project === null) return [];
	return [
		...(ipv4Address === undefined ? [] : staticMixes(network, 4, ipv4Address)),
		...(ipv6Address === undefined ? [] : staticMixes(network, 6, ipv6Address)),
	];
}

function staticMixes(network: NetworkDeclaration, family: 4 | 6, text: string): readonly Mix[] {
	const key = `networks.${network.key}.ipv${family}_address`;
	const name = `\`ipv${family}_address\``;
	const subnets = network.subnets.filter(({subnet}) => parseCidr(subnet)?.family === family);
	if (subnets.length === 0) {
		const example = family === 4 ? '10.5.0.0/24' : 'fd00:5::/64';
		const enable = family === 6 && !network.enableIpv6 ? 'enable_ipv6: true, ' : '';
		return [
			{
				key,
				message: `${name} needs a subnet of the network ${quoted(network.key)}`,
				hint: `write \`${network.key}: {${enable}ipam: {config: [{subnet: ${example}}]}}\` under \`networks:\` beside \`services:\``,
			},
		];
	}
	const inside = subnets.find(({subnet}) => isHostAddress(subnet, text));
	if (inside === undefined) {
		const all = subnets.map(({subnet}) => subnet).join(', ');
		return [{key, message: `${name} is ${quoted(text)}, no address of ${all}`, hint: 'write one of the subnet'}];
	}
	const taken = [['gateway', gatewayOf(inside)], ...Object.entries(inside.auxAddresses)].find(
		([, used]) => used === text,
	);
	if (taken === undefined) return [];
	const what =
		taken[0] === 'gateway'
			? 'the address of the gateway'
			: `the address of ${quoted(taken[0] ?? '')} in \`aux_addresses\``;
	return [{key, message: `${name} is ${quoted(text)}, ${what}`, hint: 'write another address of the subnet'}];
}

function interfaceMixes(joins: readonly NetworkJoin[]): readonly Mix[] {
	return joins.flatMap(({interfaceName, network}, at) => {
		const other = joins.slice(0, at).find(each => interfaceName !== undefined && each.interfaceName === interfaceName);
		if (other === undefined) return [];
		const message = `the interfaces of ${quoted(other.network.key)} and ${quoted(network.key)} are both called ${quoted(interfaceName ?? '')}`;
		return [{key: `networks.${network.key}.interface_name`, message, hint: 'give one another `interface_name`'}];
	});
}
