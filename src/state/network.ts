import {isIP} from 'node:net';
import {unlessForbidden} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import type {NetworkDriver, NetworkParent, Subnet} from '../spec/model/network.ts';
import {isVolumeName} from '../spec/volumes/named-volume.ts';
import {ownJson} from './own-json.ts';

/*
 * A network is known in two places. The store has the definitions of `network create`, which stay. The state has a folder for each
 * network that a container is on, with a lease for each address, and it goes with the last container.
 */

/** Whether a word can be the name of a network: it becomes the name of a folder, as the name of a volume does. */
export const isNetworkName: (word: string) => boolean = isVolumeName;

/** What `network create` was asked for. */
export interface NetworkDefinition {
	readonly schema: 1;
	readonly name: string;
	readonly driver: NetworkDriver;
	/** For every driver but `bridge`. */
	readonly parent?: NetworkParent;
	/** No way out: the host masquerades and forwards nothing. */
	readonly internal: boolean;
	/** Containers outside of the network's project may join. */
	readonly attachable: boolean;
	/** At least one, with its gateway. */
	readonly subnets: readonly (Subnet & {readonly gateway: string})[];
	/** The name of the bridge's interface; chosen by tsbox when undefined. */
	readonly bridge?: string;
	/** Bytes. */
	readonly mtu?: number;
	readonly labels: Readonly<Record<string, string>>;
	/** Milliseconds since the epoch. */
	readonly created: number;
}

/** A subnet as it is in use. `auxAddresses` is left out where there are none. */
export type RecordedSubnet = Pick<Subnet, 'subnet' | 'ipRange'> &
	Partial<Pick<Subnet, 'auxAddresses'>> & {readonly gateway: string};

/** A network that containers are on. */
export interface NetworkRecord {
	readonly schema: 1;
	readonly name: string;
	/** The project whose spec declares it; null for an external one. */
	readonly project: string | null;
	/** Its key under `networks`; undefined for an external one, and in a record of an older tsbox. */
	readonly key?: string;
	readonly driver: NetworkDriver;
	/** The name of the bridge's interface; undefined for other drivers. */
	readonly bridge?: string;
	/** For every driver but `bridge`. */
	readonly parent?: NetworkParent;
	readonly subnets: readonly RecordedSubnet[];
	readonly internal: boolean;
	/** Bytes. */
	readonly mtu?: number;
	readonly labels: Readonly<Record<string, string>>;
}

/** An address of a container on a network. */
export interface Lease {
	readonly address: string;
	/** The container by its first name. */
	readonly container: string;
	/** The name of its interface in the container. */
	readonly interface: string;
	/** The name of the other end of the veth pair, on the bridge; `-` for other drivers. */
	readonly hostEnd: string;
	readonly mac: string;
	/** All names by which others on the network find the container, the name of its host first. */
	readonly names: readonly [string, ...string[]];
}

/** A container on a network: its leases there as one, with an address of each family of the network. */
export interface Attachment extends Omit<Lease, 'address'> {
	/** That of IPv4 first. */
	readonly addresses: readonly [string, ...string[]];
}

/** The folder of all networks that containers are on. */
export function networksFolder(state: string): string {
	return `${state}/networks`;
}

/** The lock that is held while a subnet is picked and while a network is made or removed. No network can have its name. */
export function networksLock(state: string): string {
	return `${networksFolder(state)}/.lock`;
}

/** The folder of one network: `network.json` and `leases`. */
export function networkFolder(state: string, name: string): string {
	return `${networksFolder(state)}/${name}`;
}

/** The folder of a network's leases. The texts of all of them together are lines of a hosts(5) file. */
function leasesFolder(state: string, name: string): string {
	return `${networkFolder(state, name)}/leases`;
}

/** The lease of an address. Whoever creates this file, which only one can, has the address. */
export function leasePath(state: string, name: string, address: string): string {
	return `${leasesFolder(state, name)}/${address}`;
}

/** Whoever only plans may not look into the folders of root, and has no part in its networks. */
function listed(host: Host, folder: string): readonly string[] {
	return unlessForbidden(() => host.list(folder)) ?? [];
}

function isStrings(value: unknown): value is Readonly<Record<string, string>> {
	return typeof value === 'object' && value !== null && Object.values(value).every(each => typeof each === 'string');
}

function isOptional(value: unknown, type: 'string' | 'number'): boolean {
	return value === undefined || typeof value === type;
}

function isSubnet(value: Partial<Record<keyof Subnet, unknown>> | null): boolean {
	return typeof value?.subnet === 'string' && typeof value.gateway === 'string' && isOptional(value.ipRange, 'string');
}

/** Whether a driver that tsbox knows has what it needs. */
function hasDriver({driver, parent}: Partial<Record<keyof NetworkDefinition, unknown>>): boolean {
	if (driver === 'bridge') return parent === undefined;
	const {device, mode, flag} = (parent ?? {}) as Partial<Record<keyof NetworkParent, unknown>>;
	return (
		(driver === 'macvlan' || driver === 'ipvlan') &&
		typeof device === 'string' &&
		typeof mode === 'string' &&
		isOptional(flag, 'string')
	);
}

/** Whether a value has what definitions and records have in common. */
function isNetwork(value: Partial<Record<keyof NetworkDefinition, unknown>> | undefined, name: string): boolean {
	return (
		value !== undefined &&
		value.schema === 1 &&
		value.name === name &&
		hasDriver(value) &&
		typeof value.internal === 'boolean' &&
		isOptional(value.mtu, 'number') &&
		isStrings(value.labels) &&
		Array.isArray(value.subnets) &&
		value.subnets.length > 0
	);
}

/** A network that containers are on; undefined without one, and for a record that another user wrote or that is damaged. */
export function readNetwork(host: Host, state: string, name: string): NetworkRecord | undefined {
	if (!isNetworkName(name)) return undefined;
	const value = ownJson<NetworkRecord>(host, `${networkFolder(state, name)}/network.json`);
	const fits =
		isNetwork(value, name) &&
		(value?.project === null || typeof value?.project === 'string') &&
		isOptional(value.key, 'string') &&
		typeof value.bridge === (value.driver === 'bridge' ? 'string' : 'undefined') &&
		value.subnets.every(each => isSubnet(each) && (each.auxAddresses === undefined || isStrings(each.auxAddresses)));
	return fits ? value : undefined;
}

/** All networks that containers are on, by name. */
export function allNetworks(host: Host, state: string): readonly NetworkRecord[] {
	return listed(host, networksFolder(state)).flatMap(name => readNetwork(host, state, name) ?? []);
}

/** Notes a network that a container is about to be on. The caller holds the lock. */
export function writeNetwork(host: Host, state: string, record: NetworkRecord): void {
	host.mkdirs(leasesFolder(state, record.name), 0o700);
	host.writeWhole(`${networkFolder(state, record.name)}/network.json`, `${JSON.stringify(record)}\n`, 0o600);
}

/**
 * Forgets a network and its leases. The caller holds the lock and has removed the bridge. The rename comes first, so that a kill
 * leaves no network without some of its leases, but a folder that {@link forgottenNetworks} finds.
 */
export function dropNetwork(host: Host, state: string, name: string): void {
	if (!isNetworkName(name) || host.lstat(networkFolder(state, name)) === undefined) return;
	const dead = `${networksFolder(state)}/.dead-${process.pid}-${host.now()}-${name}`;
	host.rename(networkFolder(state, name), dead);
	host.removeTree(dead);
}

/** Folders that a killed {@link dropNetwork} left. The caller holds the lock. */
export function forgottenNetworks(host: Host, state: string): readonly string[] {
	const names = host.list(networksFolder(state)).filter(name => name.startsWith('.dead-'));
	return names.map(name => `${networksFolder(state)}/${name}`);
}

/** The text of a lease: a comment for tsbox, and a line of hosts(5). */
export function leaseText(lease: Lease): string {
	const {address, container, interface: name, hostEnd, mac, names} = lease;
	return `# ${container} ${name} ${hostEnd} ${mac}\n${address} ${names.join(' ')}\n`;
}

/** Reads {@link leaseText}; undefined for anything else. */
export function parseLease(text: string): Lease | undefined {
	const found = /^# ([^\s#]+) ([^\s#]+) ([^\s#]+) ([\da-f:]+)\n([\da-f.:]+)((?: [^\s#]+)+)\n$/.exec(text);
	if (found === null) return undefined;
	const [, container = '', name = '', hostEnd = '', mac = '', address = '', rest = ''] = found;
	const [first = '', ...others] = rest.slice(1).split(' ');
	if (isIP(address) === 0) return undefined;
	return {address, container, interface: name, hostEnd, mac, names: [first, ...others]};
}

/** The leases of a network, in the order of their file names. What is no whole lease yet is left out. */
export function readLeases(host: Host, state: string, name: string): readonly Lease[] {
	return leasedAddresses(host, state, name).flatMap(address => {
		const lease = parseLease(host.readText(leasePath(state, name, address)) ?? '');
		return lease?.address === address ? lease : [];
	});
}

/** Who is on a network, from its leases. */
export function attachments(leases: readonly Lease[]): readonly Attachment[] {
	const found = new Map<string, Attachment>();
	// That of IPv4 first.
	for (const {address, ...rest} of leases.toSorted((one, other) => isIP(one.address) - isIP(other.address))) {
		const before = found.get(rest.container);
		found.set(
			rest.container,
			before ? {...before, addresses: [...before.addresses, address]} : {...rest, addresses: [address]},
		);
	}
	return [...found.values()];
}

/** The addresses of a network that somebody has, also those whose lease is being written. */
export function leasedAddresses(host: Host, state: string, name: string): readonly string[] {
	return listed(host, leasesFolder(state, name)).filter(file => isIP(file) !== 0);
}

/** The folder of what `network create` made. */
export function definitionsFolder(store: string): string {
	return `${store}/networks`;
}

function definitionPath(store: string, name: string): string {
	return `${definitionsFolder(store)}/${name}.json`;
}

/** What `network create` made; undefined without it, and for a file that another user wrote or that is damaged. */
export function readDefinition(host: Host, store: string, name: string): NetworkDefinition | undefined {
	if (!isNetworkName(name)) return undefined;
	const value = ownJson<NetworkDefinition>(host, definitionPath(store, name));
	const fits =
		isNetwork(value, name) &&
		typeof value?.attachable === 'boolean' &&
		typeof value.created === 'number' &&
		isOptional(value.bridge, 'string') &&
		value.subnets.every(each => isSubnet(each) && isStrings(each.auxAddresses));
	return fits ? value : undefined;
}

/** All that `network create` made, by name. */
export function allDefinitions(host: Host, store: string): readonly NetworkDefinition[] {
	return listed(host, definitionsFolder(store)).flatMap(file => {
		const name = /^(.+)\.json$/.exec(file)?.[1];
		return (name === undefined ? undefined : readDefinition(host, store, name)) ?? [];
	});
}

/** Keeps the definition of a network. The caller holds the lock. */
export function writeDefinition(host: Host, store: string, definition: NetworkDefinition): void {
	host.mkdirs(definitionsFolder(store), 0o700);
	host.writeAtomic(definitionPath(store, definition.name), `${JSON.stringify(definition)}\n`, 0o600);
}

/** Removes the definition of a network, also a damaged one; false when there is none. */
export function removeDefinition(host: Host, store: string, name: string): boolean {
	if (!isNetworkName(name) || host.lstat(definitionPath(store, name)) === undefined) return false;
	host.removeTree(definitionPath(store, name));
	return true;
}

/** The networks that a container is on, and how. */
export function leasesOf(
	host: Host,
	state: string,
	container: string,
): readonly {readonly network: NetworkRecord; readonly lease: Attachment}[] {
	return allNetworks(host, state).flatMap(network =>
		attachments(readLeases(host, state, network.name).filter(lease => lease.container === container)).map(lease => ({
			network,
			lease,
		})),
	);
}
