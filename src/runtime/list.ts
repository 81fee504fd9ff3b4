import type {MachineFolders} from '../container/machine/machine.ts';
import {isTsboxError} from '../errors/tsbox-error.ts';
import {type EngineStatus, findRecord} from './find-record.ts';

/** A row of `list`, with runc's names. */
export interface ListedContainer {
	readonly ociVersion: string;
	readonly id: string;
	readonly pid: number;
	readonly status: EngineStatus;
	readonly bundle: string;
	readonly rootfs: string;
	/** ISO 8601. */
	readonly created: string;
	readonly owner: string;
}

/** The containers in the root folder of an engine, by id. What is damaged is left out. */
export function listContainers({host}: MachineFolders, root: string): readonly ListedContainer[] {
	return host.list(root).flatMap((id): readonly ListedContainer[] => {
		try {
			const {record, status} = findRecord({host}, root, id);
			return [
				{
					ociVersion: record.config.ociVersion,
					id,
					pid: status === 'stopped' ? 0 : (record.process?.pid ?? 0),
					status,
					bundle: record.engine?.bundle ?? '',
					rootfs: record.config.root.path,
					created: new Date(record.created).toISOString(),
					owner: 'root',
				},
			];
		} catch (error) {
			if (isTsboxError(error)) return [];
			throw error;
		}
	});
}
