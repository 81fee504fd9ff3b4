import type {Machine} from '../machine/machine.ts';
import type {Host} from '../../host/host.ts';
import type {ImageFacts} from '../../image/store/facts.ts';
import {aliasOf} from '../../state/alias.ts';
import {shownState} from '../../state/freezer.ts';
import type {ContainerRecord} from '../../state/record.ts';
import {allRecords} from '../machine/find-container.ts';

/** One container, as `ps` shows it. */
export interface ContainerSummary {
	readonly name: string;
	/** The name that it was made with, where it was renamed since. */
	readonly id?: string;
	readonly state: string;
	/** On the host; 0 when there is none. */
	readonly pid: number;
	readonly command: readonly string[];
	/** Path of the spec file. */
	readonly spec: string;
	readonly image: string;
	/** Milliseconds since the epoch. */
	readonly started: number;
	/** The detached project that it belongs to, and its service there; the rest is told of such containers alone. */
	readonly project?: string;
	readonly service?: string;
	readonly health?: string;
	/** Null while it has not ended. */
	readonly exitCode?: number | null;
	readonly restarts?: number;
}

/** An image in a word: the archive's or folder's path, or `host`. */
function imageWord(image: ImageFacts): string {
	return image.kind === 'host' ? 'host' : image.kind === 'archive' ? image.archive : image.path;
}

/** Its name, and its id where that is another. */
function namesOf(host: Host, state: string, id: string): {readonly name: string; readonly id?: string} {
	const alias = aliasOf(host, state, id);
	return alias === undefined ? {name: id} : {name: alias, id};
}

/** A container in a few words, with the state that the kernel shows. */
export function summaryOf({host, dirs}: Machine, record: ContainerRecord): ContainerSummary {
	return {
		...namesOf(host, dirs.state, record.name),
		state: record.detached?.exit == null ? shownState(host, record) : 'exited',
		pid: record.process?.pid ?? 0,
		command: record.config.process.args,
		spec: record.spec,
		image: imageWord(record.image),
		started: record.process?.started ?? record.created,
		...(record.detached === undefined
			? {}
			: {
					project: record.detached.project,
					service: record.detached.service,
					health: record.detached.health,
					exitCode: record.detached.exit?.code ?? null,
					restarts: record.detached.restarts,
				}),
	};
}

/** All containers, by name. */
export async function list(machine: Machine): Promise<readonly ContainerSummary[]> {
	return allRecords(machine).map(record => summaryOf(machine, record));
}
