import type {MachineFolders} from '../container/machine/machine.ts';
import type {Host} from '../host/host.ts';
import {shownState} from '../state/freezer.ts';
import {type ContainerRecord, engineFrontFile, isOwned, readRecord} from '../state/record.ts';
import {startedFolder} from '../state/start-report.ts';
import {confOf, noSuchId} from './place.ts';

/** The states of runtime.md of the OCI runtime-spec, and `paused`, which engines know from runc. */
export type EngineStatus = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

/** A container of an engine. */
export interface EngineContainer {
	/** Its state folder. */
	readonly conf: string;
	readonly record: ContainerRecord;
	readonly status: EngineStatus;
}

/** What the kernel says of a container of an engine. */
function statusOf(host: Host, conf: string, record: ContainerRecord): EngineStatus {
	if (record.process === null || host.lstat(`${conf}/${engineFrontFile}`) === undefined)
		return isOwned(host, record) ? 'creating' : 'stopped';
	const state = shownState(host, record);
	if (state === 'dead') return 'stopped';
	if (state === 'paused') return 'paused';
	return host.lstat(`${conf}/${startedFolder}`) === undefined ? 'created' : 'running';
}

/**
 * Finds a container of an engine.
 *
 * @throws TsboxError E_USAGE, E_NO_SUCH_CONTAINER, E_STATE.
 */
export function findRecord({host}: Pick<MachineFolders, 'host'>, root: string, id: string): EngineContainer {
	const conf = confOf(host, root, id);
	const record = readRecord(host, conf);
	if (record === undefined) throw noSuchId();
	return {conf, record, status: statusOf(host, conf, record)};
}
