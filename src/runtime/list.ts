import type {MachineFolders} from '../container/machine/machine.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
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

/**
 * The ids in the root folder of an engine that a regular expression matches, wherever in the id.
 *
 * @throws TsboxError E_USAGE for what is no regular expression.
 */
export function matchingIds({host}: MachineFolders, root: string, pattern: string): readonly string[] {
	let expression: RegExp;
	try {
		expression = new RegExp(pattern);
	} catch (cause) {
		throw new TsboxError('E_USAGE', `${JSON.stringify(pattern)} is no regular expression`, {
			why: (cause as Error).message,
			hint: 'quote it for the shell, as in `tsbox-runtime delete --regex "^test-"`',
			cause,
		});
	}
	return host.list(root).filter(id => expression.test(id));
}
