import {errnoOf} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import {leasedAddresses, leasePath} from './network.ts';
import {containerFolder} from './record.ts';

/** The file of a container with its own lines of /etc/hosts; only containers with networks have it. */
export const ownHosts = 'hosts.own';
/** The file that is mounted as /etc/hosts. */
export const hostsFile = 'hosts';
/** The configuration of the name server that a container with an `egress` asks. */
export const egressFile = 'egress.conf';
/** The file with the names of a container's networks, one a line. */
export const networksFile = 'networks';

/**
 * Writes the addresses of all containers of a network into the hosts files of each of them. The files are written in place, because a
 * mount shows the file and not its name. Nothing is locked: whoever wrote looks again, so that the last of several writers leaves what is so.
 */
export function refreshNames(host: Host, state: string): void {
	// Only a container that comes or goes meanwhile makes another round.
	for (let rounds = 0; rounds < mostRounds && writeNames(host, state); rounds += 1);
}

const mostRounds = 100;

/** Whether a file was not as it should be. */
function writeNames(host: Host, state: string): boolean {
	let isChanged = false;
	const texts = new Map<string, string>();
	const leasesOf = (network: string): string => {
		const known = texts.get(network);
		if (known !== undefined) return known;
		const text = leasedAddresses(host, state, network)
			.map(address => host.readText(leasePath(state, network, address)) ?? '')
			.join('');
		texts.set(network, text);
		return text;
	};
	for (const name of host.list(`${state}/containers`)) {
		const folder = containerFolder(state, name);
		const own = host.readText(`${folder}/${ownHosts}`);
		if (own === undefined) continue;
		const networks = networksOf(host, folder);
		const text = own + networks.map(leasesOf).join('');
		if (renew(host, `${folder}/${hostsFile}`, text)) isChanged = true;
	}
	return isChanged;
}

/** How a container keeps its own file as it is: a lease of fcntl(2), a program that runs from it, chattr(1). Or it has just ended. */
const keeps = new Set<unknown>(['EAGAIN', 'ETXTBSY', 'EPERM', 'ENOENT']);

/**
 * Writes a hosts file if it has another text. The container can write it too, and others must not feel what it does: it is left with what
 * it has.
 */
function renew(host: Host, path: string, text: string): boolean {
	try {
		if (!isStale(host, path, Buffer.from(text))) return false;
		host.overwrite(path, text);
		return true;
	} catch (error) {
		if (keeps.has(errnoOf(error))) return false;
		throw error;
	}
}

/** Whether a hosts file has another text. It may be of any size: no more is read than should be there. */
function isStale(host: Host, path: string, text: Buffer): boolean {
	const size = host.lstat(path)?.size;
	return size !== undefined && (size !== text.length || host.readBytes(path, 0, text.length)?.equals(text) !== true);
}

/** The names of the networks whose containers are in the hosts file of a container. */
function networksOf(host: Host, folder: string): readonly string[] {
	return (host.readText(`${folder}/${networksFile}`) ?? '').split('\n').filter(each => each !== '');
}

/** Puts a network into the file of a container's networks, or takes it out. {@link refreshNames} does the rest. */
export function noteNetwork(host: Host, folder: string, network: string, isOn: boolean): void {
	const others = networksOf(host, folder).filter(each => each !== network);
	const lines = isOn ? [...others, network] : others;
	host.writeWhole(`${folder}/${networksFile}`, lines.map(each => `${each}\n`).join(''), 0o600);
}
