import {coversName, type Egress} from '../../network/egress.ts';
import {nameGroups, setsOf} from './egress-rules.ts';

/** How long a container may keep an answer, s: an address that has closed meanwhile is opened when the container asks again. */
const keptSeconds = 60;

/**
 * The configuration of the dnsmasq(8) that answers a container's questions: listed names are passed on, and the addresses of the answers put
 * into sets of nft before the container has them. Of all other names it says that there are none (NXDOMAIN).
 */
export function resolverConf(table: string, egress: Egress): readonly string[] {
	const {resolver} = egress;
	if (resolver === undefined) return [];
	const groups = nameGroups(egress);
	const names = [...new Set(groups.flatMap(group => group.names))];
	const domains = [...new Set(names.map(name => name.replace(/^\*\./, '')))];
	return [
		`listen-address=${resolver.address}`,
		`port=${resolver.port}`,
		'bind-interfaces',
		'no-resolv',
		'no-hosts',
		'no-poll',
		// An answer from a cache would put no address into a set.
		'cache-size=0',
		`max-ttl=${keptSeconds}`,
		'address=/#/',
		...names.flatMap(name => [
			...resolver.servers.map(server => `server=/${name}/${server}`),
			// dnsmasq takes a name for all below it too.
			...(name.startsWith('*.') || names.some(other => coversName(other, `x.${name}`)) ? [] : [`address=/*.${name}/`]),
		]),
		// It knows no difference between a domain and the names below it here: they open what is listed for either.
		...domains.map(domain => {
			const sets = [...new Set([domain, `*.${domain}`].flatMap(name => setsOf(name, groups)))];
			return `nftset=/${domain}/${sets.join(',').replaceAll('TABLE', table.replace(' ', '#'))}`;
		}),
	];
}
