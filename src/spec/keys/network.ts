import type {Parsed} from '../model/parsed.ts';
import {parseEgress} from '../network/egress-value.ts';
import {modeWord} from '../model/namespace-mode.ts';
import {readExtraHosts} from '../network/extra-host.ts';
import {parseExternalLink, parseLink} from '../network/links.ts';
import {
	parseDnsOption,
	parseExpose,
	parseIp,
	parseMac,
	parseNetworkMode,
	parseSearchDomain,
} from '../network/network-values.ts';
import {hostWords, joinWord} from '../network/network-words.ts';
import {key, keyReadBy, kind, names, parsed, row, showNames} from './key.ts';

/** One value, or a list. */
function oneOrMore(parse: (text: string) => Parsed<string>) {
	return kind({
		written: w => w.oneOrMore(parse),
		recorded: r => r.array(r.parsedAs(r.text, parse)),
		show: showNames,
	});
}

/** Keys for networks and names. */
export const networkKeys = {
	networks: row({
		example: ['default'],
		about:
			'The networks that it is on: a list, or a map with how it is on each. Others on a network find it by the name of its service. `default` is a network of the project; others stand under `networks` beside `services`.',
		also: ['net', 'network'],
		decidedBy: ['network_mode'],
		written: w => w.joins,
		recorded: {networks: r => r.optional(r.array(r.networkJoin))},
		show: ({networks = []}) => Object.fromEntries(networks.map(join => [join.network.key, joinWord(join)])),
	}),
	network_mode: key('networkMode', {
		example: 'none',
		about:
			'`none`: loopback and nothing else, as for a file of one container without `networks` and `ports`; `host`: the network of the host; `bridge`: a network that all projects share; `service:NAME` and `container:NAME`: the network of another container.',
		also: ['net_mode'],
		isPlain: true,
		decidedBy: ['networks'],
		written: w => w.parsedBy(w.text, parseNetworkMode),
		recorded: r => r.namespaceMode(['none', 'host', 'bridge']),
		show: modeWord,
	}),
	mac_address: row({
		example: '02:42:ac:11:65:43',
		exampleWith: {networks: ['default']},
		about: 'The MAC address of its first interface; `networks` has one for each.',
		also: ['mac'],
		written: w => w.parsedBy(w.text, parseMac),
	}),
	links: row({
		example: ['db'],
		about:
			'Accepted for compose: services that must be there first, as with `depends_on`. `SERVICE:ALIAS` gives a service another name on the networks that both are on.',
		written: w => w.list(w.parsedBy(w.text, parseLink)),
	}),
	external_links: key('externalLinks', {
		...names(parsed(s => s.text, parseExternalLink)),
		example: ['shop-db-1:db'],
		exampleWith: {networks: ['default']},
		about:
			'Containers of other projects, `CONTAINER` or `CONTAINER:ALIAS`, that it finds by the alias: they must run, and be on one of its networks.',
	}),
	expose: key('expose', {
		...names(parsed(s => s.textOrNumber, parseExpose)),
		example: ['3000'],
		about: 'Ports for other containers, for people: on a network all ports are open to each other.',
		also: ['exposed_ports'],
	}),
	egress: keyReadBy('egress', {
		example: ['api.example.com:443', '*.example.org', '10.0.0.0/8'],
		about:
			'All that it reaches outside of its networks, by name or address: `NAME[:PORT[/udp]]`, `*.DOMAIN`, `ADDRESS`, `SUBNET`. The rest is refused at once, the host too. An empty list lets nothing out; without the key everything is let out.',
		also: ['allowed_hosts', 'allow_net', 'outbound', 'allowlist', 'whitelist'],
		written: w => w.list(w.parsedBy(w.text, parseEgress)),
		recorded: r => r.array(r.parsedAs(r.text, parseEgress)),
		show: list => (list.length === 0 ? 'nothing' : showNames(list)),
		read: (written, name, {picker, options: {egress: given}}) => {
			const place = {kind: 'option', option: '--egress'} as const;
			const list = given?.flatMap(text => {
				const entry = parseEgress(text);
				if (!entry.ok) picker.invalid(place, `it ${entry.problem}`, entry.hint);
				return entry.ok ? [entry.value] : [];
			});
			const entries = picker.override(place.option, list, name, written, undefined);
			return entries && [...new Set(entries)];
		},
	}),
	extra_hosts: keyReadBy('extraHosts', {
		example: ['registry=10.0.0.5'],
		about: 'More names in /etc/hosts: `NAME=ADDRESS`, or `NAME=host-gateway` for the address of the host.',
		also: ['add_host', 'hosts'],
		written: w => w.hosts,
		recorded: r => r.array(r.extraHost),
		show: hostWords,
		read: (written, name, {picker}) =>
			written === undefined
				? undefined
				: readExtraHosts(written, [name], picker).map(({host, path}) => {
						picker.noteAt(`${name}.${host.name}`, path);
						return host;
					}),
	}),
	dns: key('dns', {
		...oneOrMore(parseIp),
		example: ['9.9.9.9'],
		about: 'The name servers it asks: an address, or a list; those of the host by default.',
		also: ['nameserver', 'nameservers', 'resolver'],
	}),
	dns_search: key('dnsSearch', {
		...oneOrMore(parseSearchDomain),
		example: ['example.org'],
		about: 'The domains that are tried behind a name without dots; `.` for none.',
		also: ['search', 'search_domains'],
	}),
	dns_opt: key('dnsOpt', {
		...oneOrMore(parseDnsOption),
		example: ['ndots:2'],
		about: 'Options of resolv.conf(5).',
		also: ['dns_options', 'dns_option'],
	}),
};
