import type {Host} from '../../host/host.ts';
import {extraHostLines} from '../../network/names.ts';
import type {Service} from '../../spec/model/project.ts';

/**
 * A container's own lines of /etc/hosts; those of its networks follow them. `gateways` are the host's addresses on its networks. Whoever is on
 * that of the host reaches it at the loopback address.
 */
export function hostsLines(
	{extraHosts = []}: Pick<Service, 'extraHosts'>,
	gateways: readonly string[] = ['127.0.0.1'],
): readonly string[] {
	return [
		'127.0.0.1 localhost',
		'::1 localhost ip6-localhost ip6-loopback',
		...extraHosts.flatMap(each => extraHostLines(each, gateways)),
	];
}

/** Where systemd-resolved writes down what it asks itself; systemd-resolved.service(8). */
const behindStub = '/run/systemd/resolve/resolv.conf';

/**
 * The lines of a container's /etc/resolv.conf: what the spec says, and for the rest what the host has. A resolver on a loopback address of the
 * host is not the container's, unless it has the network of the host: of systemd's the ones behind it are taken, others are left out. So are
 * those of the host at an IPv6 address when the container has none, and at one that only counts on a link of the host.
 *
 * @param resolver - one that asks those of the host, in place of them
 */
export function resolvLines(
	host: Host,
	{dns, dnsSearch, dnsOpt}: Pick<Service, 'dns' | 'dnsSearch' | 'dnsOpt'>,
	{
		isOnHost = false,
		hasIpv6 = false,
		resolver,
	}: {readonly isOnHost?: boolean; readonly hasIpv6?: boolean; readonly resolver?: string | undefined} = {},
): readonly string[] {
	const own = host.readText('/etc/resolv.conf') ?? '';
	const text = !isOnHost && /^nameserver\s+127\.0\.0\.53\b/m.test(own) ? (host.readText(behindStub) ?? own) : own;
	const rows = text.split('\n').map(line => line.trim().split(/\s+/));
	const of = (word: string): readonly string[] => rows.flatMap(([key, ...words]) => (key === word ? words : []));
	const unreached = hasIpv6 ? /^(?:127\.|::1$|fe80:)/i : /^127\.|:/;
	const found = of('nameserver').filter(address => isOnHost || !unreached.test(address));
	const servers = dns ?? (resolver === undefined ? found : [resolver]);
	const search = dnsSearch ?? of('search');
	const options = dnsOpt ?? of('options');
	return [
		...servers.map(address => `nameserver ${address}`),
		...(search.length === 0 || search.includes('.') ? [] : [`search ${search.join(' ')}`]),
		...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
	];
}
