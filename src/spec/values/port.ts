import {isIP} from 'node:net';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Port} from '../model/project.ts';

const short = /^(?:(?:(\[[^\]]*\]|[^:[\]]*):)?([^:]*):)?([^:/]+)(?:\/([^/]*))?$/;
const usual = 'must be a port such as `80`, `8080:80`, `127.0.0.1:8080:80/udp` or `3000-3005`';

/**
 * Parses the short form `[[IP:]HOST:]CONTAINER[/PROTOCOL]` and expands ranges.
 * Source: Compose Specification, "ports", short syntax.
 */
export function parsePort(port: string | number): Parsed<readonly Port[]> {
	const match = short.exec(String(port).trim());
	if (match === null) return bad(`${usual}, not ${quoted(port)}`);
	const [, ip, published, target = '', protocol] = match;
	return makePorts({
		target,
		...(ip !== undefined && ip !== '' && {hostIp: ip.replace(/^\[(.*)\]$/, '$1')}),
		...(published !== undefined && published !== '' && {published}),
		...(protocol !== undefined && {protocol}),
	});
}

/** The parts of a port in the long form. `target` and `published` may be ranges. */
export interface PortParts {
	readonly target: string | number;
	readonly published?: string | number | undefined;
	readonly hostIp?: string | undefined;
	readonly protocol?: string | undefined;
}

/** Checks the parts of a port and expands a range to one {@link Port} for each number. */
export function makePorts(parts: PortParts): Parsed<readonly Port[]> {
	const {hostIp, protocol = 'tcp'} = parts;
	if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') {
		return bad(`has the protocol ${quoted(protocol)}; it must be \`tcp\`, \`udp\` or \`sctp\``);
	}
	if (hostIp !== undefined && isIP(hostIp) === 0) return bad(`has ${quoted(hostIp)} where an IP address belongs`);
	const target = parseRange(parts.target);
	const published = parts.published === undefined ? undefined : parseRange(parts.published);
	if (target === undefined || (parts.published !== undefined && published === undefined)) {
		return bad(
			`must have port numbers from 1 to 65535, not ${quoted(target ? (parts.published ?? '') : parts.target)}`,
		);
	}
	const host = {protocol, ...(hostIp !== undefined && {hostIp})} as const;
	const [number = 0] = target;
	const [first = 0, last = first] = [published?.[0], published?.at(-1)];
	if (target.length === 1 && first !== last) return good([{target: number, among: [first, last], ...host}]);
	if (published !== undefined && published.length !== target.length) {
		return bad(
			`maps ${published.length} host ports to ${target.length} of the container`,
			'write two ranges of the same length, or one port of the container',
		);
	}
	return good(
		target.map((each, i) => {
			const at = published?.[i];
			return {target: each, ...host, ...(at !== undefined && {published: at})};
		}),
	);
}

function parseRange(range: string | number): readonly number[] | undefined {
	const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(range));
	if (match === null) return undefined;
	const first = Number(match[1]);
	const last = Number(match[2] ?? match[1]);
	if (first < 1 || last > 65_535 || last < first) return undefined;
	return Array.from({length: last - first + 1}, (_, i) => first + i);
}
