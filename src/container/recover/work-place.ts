import {randomBytes} from 'node:crypto';
import type {Host} from '../../host/host.ts';
import {mountOf, parseMountinfo} from '../../host/probe/mountinfo.ts';
import {ownerName, ownerRuns} from '../../image/store/owner.ts';

/** Most bytes of copies to keep in memory. */
const mostInMemory = 268_435_456;

const shared = '/dev/shm';
const prefix = 'tsbox-verify-';

/**
 * A folder in memory for copies of a checkout; undefined without /dev/shm and for large copies, which go to the store. A tmpfs
 * lists names in the order of creation. ext4 orders them by a hash that is the same in every copy.
 *
 * @param bytes - size of all copies
 */
export function placeInMemory(host: Host, bytes: number): string | undefined {
	const mount = mountOf(shared, parseMountinfo(host.readText('/proc/self/mountinfo') ?? ''));
	if (bytes > mostInMemory || mount?.target !== shared || mount.type !== 'tmpfs') return undefined;
	return `${shared}/${prefix}${ownerName(host)}-${randomBytes(4).toString('hex')}`;
}

/** Removes copies whose maker has died, and returns their paths. Copies of other users stay. */
export function sweepCopiesInMemory(host: Host, uid: number): readonly string[] {
	const dead = host
		.list(shared)
		.filter(name => name.startsWith(prefix) && !ownerRuns(host, name.slice(prefix.length)))
		.map(name => `${shared}/${name}`)
		.filter(path => host.lstat(path)?.uid === uid);
	for (const path of dead) host.removeTree(path);
	return dead;
}
