import {isTsboxError} from '../errors/tsbox-error.ts';
import {makeLink} from '../host/files/link.ts';
import type {Host} from '../host/host.ts';
import {type EngineFacts, readRecord} from './record.ts';

/*
 * A container of an engine is entered in the engine's root folder by a symlink to its state folder. The link comes before the folder,
 * so that the engine or `gc` finds whatever a kill leaves.
 */

/** Where a container is entered. */
export function engineLink({root, id}: Pick<EngineFacts, 'root' | 'id'>): string {
	return `${root}/${id}`;
}

/** Enters a container. False if another container has the id. A link that leads nowhere is replaced. */
export function enterEngine(host: Host, engine: EngineFacts, conf: string): boolean {
	host.mkdirs(engine.root, 0o711);
	const link = engineLink(engine);
	if (makeLink(conf, link)) return true;
	if (host.stat(link) !== undefined) return false;
	host.removeTree(link);
	return makeLink(conf, link);
}

/** Whether a link leads to this state folder. */
export function isEntered(host: Host, engine: EngineFacts, conf: string): boolean {
	const link = engineLink(engine);
	return host.lstat(link)?.kind === 'symlink' && host.readlink(link) === conf;
}

/** Removes the link of a container whose state folder is gone. One that leads somewhere belongs to another container. */
export function dropEngineLink(host: Host, engine: EngineFacts): void {
	const link = engineLink(engine);
	if (host.lstat(link)?.kind === 'symlink' && host.stat(link) === undefined) host.removeTree(link);
}

/** The engine that the record in a state folder names; undefined for a record that cannot be read. */
export function engineIn(host: Host, conf: string): EngineFacts | undefined {
	try {
		return readRecord(host, conf)?.engine;
	} catch (error) {
		if (isTsboxError(error)) return undefined;
		throw error;
	}
}
