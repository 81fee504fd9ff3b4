import {isIP} from 'node:net';
import type {ExtraHost} from '../model/network.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
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
	written: Readonly<Record<string, string | readonly string[]>> | readonly string[],
	at: Path,
	{places, invalid}: Picker,
): readonly {readonly host: ExtraHost; readonly path: Path}[] {
	return entriesOf(written, at).flatMap(({parsed, path}) => {
		if (parsed.ok) return [{host: parsed.value, path}];
		const key = path.filter(part => typeof part === 'string').join('.');
		invalid(places.value(path), `\`${key}\` ${parsed.problem}`, parsed.hint);
		return [];
	});
}

interface Entry {
	readonly parsed: Parsed<ExtraHost>;
	readonly path: Path;
}

function entriesOf(
	written: Readonly<Record<string, string | readonly string[]>> | readonly string[],
	at: Path,
): readonly Entry[] {
	if (isList(written)) return written.map((text, i) => ({parsed: parseExtraHost(text), path: [...at, i]}));
	return Object.entries(written).flatMap(([name, value]): readonly Entry[] =>
		isList(value)
			? value.map((address, i) => ({parsed: checkExtraHost(name, address), path: [...at, name, i]}))
			: [{parsed: checkExtraHost(name, value), path: [...at, name]}],
	);
}

function isList(value: string | object): value is readonly string[] {
	return Array.isArray(value);
}
