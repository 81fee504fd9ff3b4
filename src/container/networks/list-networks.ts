import {didYouMean} from '../../errors/did-you-mean.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {bridgeName} from '../../network/names.ts';
import type {NetworkDriver, NetworkParent} from '../../spec/model/network.ts';
import {present} from '../../spec/syntax/pick.ts';
import {shownName} from '../../state/alias.ts';
import {networkLabels} from '../../state/compose-labels.ts';
import {allDefinitions, allNetworks, type NetworkDefinition, type NetworkRecord} from '../../state/network.ts';
import {containerFolder, readRecord} from '../../state/record.ts';
import type {MachineFolders} from '../machine/machine.ts';
import {containersOn, liveLeases} from './network-users.ts';

/** A network that `network create` made, or that containers are on. */
export interface NetworkSummary {
	readonly name: string;
	/** The project whose spec declares it; null for one that belongs to no project. */
	readonly project: string | null;
	readonly driver: NetworkDriver;
	/** The host forwards nothing out of it. */
	readonly internal: boolean;
	readonly attachable: boolean;
	readonly subnets: readonly {
		/** CIDR. */
		readonly subnet: string;
		/** The address of the bridge. */
		readonly gateway: string;
		/** The part of the subnet that containers get their addresses from; null for all of it. */
		readonly ipRange: string | null;
		/** Addresses that no container gets, by the name of what has them. */
		readonly auxAddresses: Readonly<Record<string, string>>;
	}[];
	/** The name of the bridge's interface, which is there while containers are on the network; null for other drivers. */
	readonly bridge: string | null;
	/** The device of the host that it is on, for other drivers than `bridge`. */
	readonly parent: NetworkParent | null;
	/** Bytes; null for the kernel's. */
	readonly mtu: number | null;
	readonly labels: Readonly<Record<string, string>>;
	/** When `network create` made it, milliseconds since the epoch; null for one that comes and goes with its containers. */
	readonly created: number | null;
	/** The names of the containers that are on it. */
	readonly containers: readonly string[];
}

/** A container on a network. */
export interface NetworkMember {
	readonly name: string;
	/** That of IPv4 first. */
	readonly addresses: readonly string[];
	readonly mac: string;
	/** The name of its interface in the container. */
	readonly interface: string;
	/** The names by which others on the network find it. */
	readonly aliases: readonly string[];
	/** What it reaches outside of its networks; everything without it. */
	readonly egress?: readonly string[];
}

/** A network with what is known of each container on it. */
export type NetworkDetails = Omit<NetworkSummary, 'containers'> & {readonly containers: readonly NetworkMember[]};

/** Lists what `network create` made and the networks that containers are on, by name. */
export async function listNetworks(machine: MachineFolders): Promise<readonly NetworkSummary[]> {
	const {host, dirs} = machine;
	const records = new Map(allNetworks(host, dirs.state).map(record => [record.name, record]));
	const definitions = new Map(allDefinitions(host, dirs.store).map(definition => [definition.name, definition]));
	return [...new Set([...records.keys(), ...definitions.keys()])]
		.sort()
		.flatMap(name => summary(machine, definitions.get(name), records.get(name)) ?? []);
}

/** What runs counts before what is defined: a definition may have been removed and made again meanwhile. */
function summary(
	machine: MachineFolders,
	definition: NetworkDefinition | undefined,
	record: NetworkRecord | undefined,
): NetworkSummary | undefined {
	const known = record ?? definition;
	if (known === undefined) return undefined;
	const {name, driver, internal, bridge, parent, mtu, labels} = known;
	return {
		name,
		project: record?.project ?? null,
		driver,
		internal,
		attachable: definition?.attachable ?? false,
		subnets: known.subnets.map(({subnet, gateway, ipRange = null, auxAddresses = {}}) => ({
			subnet,
			gateway,
			ipRange,
			auxAddresses,
		})),
		bridge: parent === undefined ? (bridge ?? bridgeName(machine.dirs.state, name)) : null,
		parent: parent ?? null,
		mtu: mtu ?? null,
		labels: {...labels, ...(record === undefined ? {} : networkLabels(record))},
		created: definition?.created ?? null,
		containers: containersOn(machine, name),
	};
}

/**
 * One network, with its containers.
 *
 * @throws TsboxError E_NETWORK_NOT_FOUND.
 */
export async function inspectNetwork(machine: MachineFolders, name: string): Promise<NetworkDetails> {
	const all = await listNetworks(machine);
	const found = all.find(each => each.name === name);
	if (found === undefined)
		throw noNetwork(
			name,
			all.map(each => each.name),
		);
	return {...found, containers: membersOf(machine, name)};
}

/** The containers on a network, by name. */
export function membersOf(machine: MachineFolders, network: string): readonly NetworkMember[] {
	const members = liveLeases(machine, network).map(lease => ({
		name: shownName(machine.host, machine.dirs.state, lease.container),
		addresses: lease.addresses,
		mac: lease.mac,
		interface: lease.interface,
		aliases: lease.names,
		...present({egress: listOf(machine, lease.container)}),
	}));
	return members.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function listOf({host, dirs}: MachineFolders, container: string): readonly string[] | undefined {
	try {
		return readRecord(host, containerFolder(dirs.state, container))?.egress?.entries;
	} catch (error) {
		// A record that cannot be read says nothing.
		if (isTsboxError(error)) return undefined;
		throw error;
	}
}

/** The error for an unknown network. */
export function noNetwork(name: string, known: readonly string[]): TsboxError {
	const near = didYouMean(name, known);
	return new TsboxError('E_NETWORK_NOT_FOUND', `there is no network ${name}`, {
		hint: near === undefined ? 'list the networks with `tsbox network ls`' : `did you mean ${near}?`,
	});
}
