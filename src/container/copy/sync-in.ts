import {Readable} from 'node:stream';
import {basename, dirname} from 'node:path';
import type {Machine} from '../machine/machine.ts';
import {pin, unpin} from '../../host/files/pinned.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {ContainerRecord} from '../../state/record.ts';
import {syncScript} from '../../step/script/sync-script.ts';
import {findContainer} from '../machine/find-container.ts';
import {type Feed, packed, transfer} from './transfer.ts';

/** Files of the host that a container is to have as they are. */
export interface SyncRequest {
	/** Absolute and real path of a folder on the host, or of one file. */
	readonly root: string;
	readonly isFile: boolean;
	/** Absolute path in the container. */
	readonly target: string;
	/** Relative to the root; the empty path is the root itself. Folders come without what is in them. */
	readonly written: readonly string[];
	readonly deleted: readonly string[];
	readonly signal: AbortSignal;
}

/**
 * Copies files of the host into a container and removes others there. As in {@link copyIn}, all that is written and removed is found
 * inside the container. Files belong to the user of the container's command.
 *
 * @returns Warnings of both tars.
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_PAUSED, E_PERMISSION, E_STATE, E_HOST_UNSUPPORTED, E_STEP_FAILED, E_INTERRUPTED.
 */
export async function syncIn(machine: Machine, name: string, request: SyncRequest): Promise<string> {
	const {root, isFile, target, written, deleted, signal} = request;
	const record = findContainer(machine, name);
	const owner = ownerIn(record);
	const script = syncScript(
		{target, isFile, deleted, hasFiles: written.length > 0, keepsOwner: owner !== undefined},
		machine.facts,
	);
	const work = {title: `${name}:${target}`, path: target, script};
	if (written.length === 0) return transfer(machine, name, work, noFeed, signal);
	const folder = pin(isFile ? dirname(root) : root);
	try {
		const names = (isFile ? [basename(root)] : written).map(member => `./${member}\0`).join('');
		const owners = owner === undefined ? [] : [`--owner=:${owner.uid}`, `--group=:${owner.gid}`];
		// What goes meanwhile is left out.
		const words = ['--no-recursion', '--ignore-failed-read', ...owners, '--null', '--files-from=-'];
		return await transfer(
			machine,
			name,
			work,
			() => packed(machine, {folder: folder.fd, words, names, text: root}),
			signal,
		);
	} finally {
		unpin(folder);
	}
}

/** The ids in the container of the user of its command; undefined when root of the container may give files to nobody. */
function ownerIn({process, config}: ContainerRecord): {readonly uid: number; readonly gid: number} | undefined {
	if (process === null || config.process.capabilities.bounding.every(each => each !== 'CAP_CHOWN')) return undefined;
	const uid = insideId(process.ids.uid, config.linux.uidMappings);
	const gid = insideId(process.ids.gid, config.linux.gidMappings);
	return uid === undefined || gid === undefined ? undefined : {uid, gid};
}

function insideId(id: number, rows: OciConfig['linux']['uidMappings']): number | undefined {
	if (rows === undefined) return id;
	const row = rows.find(({hostID, size}) => id >= hostID && id < hostID + size);
	return row === undefined ? undefined : row.containerID + id - row.hostID;
}

function noFeed(): Feed {
	return {stream: Readable.from([]), kill: () => {}, ended: Promise.resolve(undefined), messages: () => ''};
}
