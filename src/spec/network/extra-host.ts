import {isIP} from 'node:net';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {ExtraHost} from '../model/network.ts';
import {parseHostName} from '../values/host-name.ts';

/** Checks an entry of `extra_hosts`. Source: Compose Specification, `extra_hosts`. */
export function checkExtraHost(name: string, address: string): Parsed<ExtraHost> {
	const host = parseHostName(name);
	if (!host.ok) return {...host, problem: `names a host that ${host.problem}`};
	const plain = address.replace(/^\[(.*)\]$/, '$1');
	if (plain === 'host-gateway' || isIP(plain) !== 0) return good({name, address: plain});
	return bad(
		`has the address ${quoted(address)}`,
		'write `NAME=ADDRESS` with an IPv4 or IPv6 address, or `NAME=host-gateway`',
	);
}

/** Parses `NAME=ADDRESS`, or the older `NAME:ADDRESS`. */
export function parseExtraHost(text: string): Parsed<ExtraHost> {
	const [, name, address] = /^([^=:]*)[=:](.*)$/.exec(text) ?? [];
	if (name === undefined || address === undefined)
		return bad(`must be \`NAME=ADDRESS\`, not ${quoted(text)}`, 'write one such as `db=10.0.0.5`');
	return checkExtraHost(name, address);
}
