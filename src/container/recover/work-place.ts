import {randomBytes} from 'node:crypto';
import type {Host} from '../../host/host.ts';
import {mountOf, parseMountinfo} from '../../host/probe/mountinfo.ts';
import {ownerName, ownerRuns} from '../../image/store/owner.ts';

/** Bytes of copies that are kept in memory at most. */
const mostInMemory = 268_435_456;

const shared = '/dev/shm';
const prefix = 'tsbox-verify-';

/**
 * Where copies of a checkout are made: on a tmpfs, which tells names in the order in which they were made. ext4 tells
 * them by a hash that is the same in each copy. Where there is none, or they are large, undefined: then they go to the
 * store.
 *
 * @param bytes - of all copies
 */
export function placeInMemory(host: Host, bytes: number): string | undefined {
	const mount = mountOf(shared, parseMountinfo(host.readText('/proc/self/mountinfo') ?? ''));
	if (bytes > mostInMemory || mount?.target !== shared || mount.type !== 'tmpfs') return undefined;
	return `${shared}/${prefix}${ownerName(host)}-${randomBytes(4).toString('hex')}`;
}

/** Removes copies whose maker died; gives their paths. Folders of other users are left to them. */
export function sweepCopiesInMemory(host: Host, uid: number): readonly string[] {
	const dead = host
		.list(shared)
		.filter(name => name.startsWith(prefix) && !ownerRuns(host, name.slice(prefix.length)))
		.map(name => `${shared}/${name}`)
		.filter(path => host.lstat(path)?.uid === uid);
	for (const path of dead) host.removeTree(path);
	return dead;
}
