import {isIP} from 'node:net';
import type {ExtraHost} from '../model/network.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {keyValues} from '../syntax/key-values.ts';
import type {Picker} from '../syntax/pick.ts';
import type {Path} from '../syntax/tree.ts';
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
function parseExtraHost(text: string): Parsed<ExtraHost> {
	const [, name, address] = /^([^=:]*)[=:](.*)$/.exec(text) ?? [];
	if (name === undefined || address === undefined)
		return bad(`must be \`NAME=ADDRESS\`, not ${quoted(text)}`, 'write one such as `db=10.0.0.5`');
	return checkExtraHost(name, address);
}

/** Reads `extra_hosts`, of a service or of a build, with the path of each. Problems go to the picker. */
export function readExtraHosts(
	written: Parameters<typeof keyValues>[0],
	at: Path,
	{places, invalid}: Picker,
): readonly {readonly host: ExtraHost; readonly path: Path}[] {
	return keyValues(written, at, places).flatMap(({name, value, path}) => {
		const parsed = value === undefined ? parseExtraHost(name) : checkExtraHost(name, value);
		if (parsed.ok) return [{host: parsed.value, path}];
		const key = path.filter(part => typeof part === 'string').join('.');
		invalid(places.value(path), `\`${key}\` ${parsed.problem}`, parsed.hint);
		return [];
	});
}
