import {didYouMean} from '../../errors/did-you-mean.ts';
import type {NetworkDeclaration, NetworkJoin, NetworkMode} from '../model/network.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Origin} from '../model/project.ts';
import {keyValues} from '../syntax/key-values.ts';
import {type Picker, present} from '../syntax/pick.ts';
import type {Path} from '../syntax/tree.ts';
import {sysctlOption} from './driver-options.ts';
import type {JoinsInput} from './join-schema.ts';
import {checkInterfaceSysctl} from './network-values.ts';
import {type FileNetworks, plainNetwork} from './read-networks.ts';

/** What reading the networks of a container needs besides them. */
export interface JoinSurroundings {
	readonly networks: FileNetworks;
	readonly mode: NetworkMode | undefined;
	/** Whether the container may be on a network that its spec does not name. */
	readonly isOpen: boolean;
	/** Whether it is on the default network without a word about it: a service of a project, or a container with ports. */
	readonly isNetworked: boolean;
	/** `mac_address` of the service. */
	readonly mac: string | undefined;
}

type JoinInput = NonNullable<Exclude<JoinsInput, readonly string[]>[string]>;
interface Entry {
	readonly key: string;
	readonly join: JoinInput;
	readonly path: Path;
}

/**
 * Reads the networks that a container is on, highest priority first; undefined for none. A service of a project that names none is on
 * the project's default network: Compose Specification, "networks". A file of one container is not about services that talk
 * to each other, and its container has a loopback device alone.
 */
export function readJoins(
	written: JoinsInput | undefined,
	picker: Picker,
	around: JoinSurroundings,
): readonly NetworkJoin[] | undefined {
	const {places, invalid} = picker;
	const {networks, mode, mac} = around;
	if (written !== undefined && mode !== undefined)
		invalid(places.value(['networks']), '`networks` and `network_mode` exclude each other', 'take one of them out');
	if (written !== undefined) picker.noteAt('networks', ['networks']);
	const entries = entriesOf(written);
	const problems = picker.problems.length;
	const named = entries.flatMap(({key, join, path}, at): readonly NetworkJoin[] => {
		picker.noteAt(`networks.${key}`, path);
		for (const each of Object.keys(join)) picker.noteAt(`networks.${key}.${each}`, [...path, each]);
		const network = declaredNetwork(key, networks);
		if (!network.ok) {
			invalid(places.value(path), `the network ${network.problem}`, network.hint);
			return [];
		}
		if (entries.findIndex(other => other.key === key) < at)
			invalid(places.value(path), `the network ${quoted(key)} is named twice`, 'keep one of them');
		return [joinOf(network.value, join, path, picker)];
	});
	const unnamed = entries.length > 0 ? undefined : unnamedNetwork(written !== undefined, around);
	if (unnamed !== undefined) picker.origins.set(`networks.${unnamed.key}`, defaultOrigin(unnamed, around));
	const joins = [...named, ...(unnamed === undefined ? [] : [plainJoin(unnamed)])].toSorted(
		(one, other) => other.priority - one.priority,
	);
	if (mac !== undefined && picker.problems.length === problems) return withMac(joins, mac, picker);
	return joins.length === 0 ? undefined : joins;
}

function entriesOf(written: JoinsInput | undefined): readonly Entry[] {
	if (written === undefined) return [];
	return Array.isArray(written)
		? written.map((key, i) => ({key, join: {}, path: ['networks', i]}))
		: Object.entries(written).map(([key, join]) => ({key, join: join ?? {}, path: ['networks', key]}));
}

/** The network of a container that names none. An empty `networks` means the default one: Compose Specification. */
function unnamedNetwork(
	isEmpty: boolean,
	{networks: {byDefault}, mode, isOpen, isNetworked}: JoinSurroundings,
): NetworkDeclaration | undefined {
	if (mode === 'bridge') return plainNetwork('bridge', 'bridge', null);
	if (mode !== undefined) return undefined;
	if (isEmpty) return byDefault;
	return isOpen && isNetworked ? byDefault : undefined;
}

/** A default network that the file declares is asked for. */
function defaultOrigin(unnamed: NetworkDeclaration, {networks, mode}: JoinSurroundings): Origin {
	const isDeclared = mode === undefined && networks.declared?.includes(unnamed) === true;
	return (isDeclared ? networks.declaredAt?.(unnamed.key) : undefined) ?? {kind: 'default'};
}

function plainJoin(network: NetworkDeclaration): NetworkJoin {
	return {network, aliases: [], priority: 0, gwPriority: 0, linkLocalIps: [], sysctls: {}};
}

/** Finds the network that a service names. */
function declaredNetwork(key: string, {declared, byDefault}: FileNetworks): Parsed<NetworkDeclaration> {
	if (key === 'default') return good(byDefault);
	const found = declared?.find(each => each.key === key);
	if (found !== undefined) return good(found);
	if (key === 'host' || key === 'none' || key === 'bridge')
		return bad(`${quoted(key)} is not declared`, `write \`network_mode: ${key}\` in place of \`networks\``);
	if (declared === undefined)
		return bad(
			`is ${quoted(key)}, which a file with one container has no place to declare`,
			`put the container under \`services:\` and \`${key}:\` under \`networks:\`, or write \`networks: [default]\``,
		);
	const near = didYouMean(key, ['default', ...declared.map(each => each.key)]);
	return bad(
		`${quoted(key)} is not declared`,
		near === undefined ? `add \`${key}:\` under \`networks:\` beside \`services:\`` : `did you mean \`${near}\`?`,
	);
}

function joinOf(network: NetworkDeclaration, input: JoinInput, path: Path, picker: Picker): NetworkJoin {
	return {
		network,
		aliases: [...new Set(input.aliases ?? [])],
		priority: input.priority ?? 0,
		gwPriority: input.gw_priority ?? 0,
		linkLocalIps: input.link_local_ips ?? [],
		sysctls: sysctlsOf(input, path, picker),
		...present({
			ipv4Address: input.ipv4_address,
			ipv6Address: input.ipv6_address,
			macAddress: input.mac_address,
			interfaceName: input.interface_name,
		}),
	};
}

function sysctlsOf({driver_opts: options}: JoinInput, path: Path, picker: Picker): Readonly<Record<string, string>> {
	const {places, invalid} = picker;
	const entries = keyValues(options, [...path, 'driver_opts'], places).flatMap(({name, value = '', path: at}) => {
		if (name !== sysctlOption) return [];
		return value.split(',').flatMap((text): readonly (readonly [string, string])[] => {
			const [, key = text, setting = ''] = /^([^=]*)=(.*)$/s.exec(text.trim()) ?? [];
			const checked = checkInterfaceSysctl(key, setting);
			if (checked.ok) return [[key, checked.value]];
			invalid(places.value(at), `\`driver_opts\` ${checked.problem}`, checked.hint);
			return [];
		});
	});
	return Object.fromEntries(entries);
}

/** `mac_address` of a service is that of its first interface: Compose Specification. */
function withMac(
	[first, ...rest]: readonly NetworkJoin[],
	mac: string,
	picker: Picker,
): readonly NetworkJoin[] | undefined {
	const place = picker.places.value(['mac_address']);
	if (first === undefined) {
		picker.invalid(place, '`mac_address` needs a network', 'add `networks: [default]`, or take it out');
		return undefined;
	}
	if (first.macAddress !== undefined && first.macAddress !== mac)
		picker.invalid(
			place,
			`\`mac_address\` differs from that of the network ${quoted(first.network.key)}`,
			'keep one of them',
		);
	return [{...first, macAddress: mac}, ...rest];
}
