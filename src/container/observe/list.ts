import type {Host} from '../../host/host.ts';
import {imageName} from '../../image/store/facts.ts';
import {present} from '../../spec/syntax/pick.ts';
import {aliasOf} from '../../state/alias.ts';
import {shownState} from '../../state/freezer.ts';
import type {ContainerRecord, EngineKind} from '../../state/record.ts';
import {allRecords} from '../machine/find-container.ts';
import type {MachineFolders} from '../machine/machine.ts';

/** A container as `ps` shows it. */
export interface ContainerSummary {
	readonly name: string;
	/** The container's first name; only after a rename. */
	readonly id?: string;
	readonly state: string;
	/** The pid on the host; 0 without a process. */
	readonly pid: number;
	readonly command: readonly string[];
	readonly spec: string;
	readonly image: string;
	/** Those of the spec and the image, and those that Compose sets; undefined without any. */
	readonly labels?: Readonly<Record<string, string>>;
	/** Milliseconds since the epoch. */
	readonly started: number;
	/** The project and the service of a detached container. Only detached containers have these and the following fields. */
	readonly project?: string;
	readonly service?: string;
	readonly health?: string;
	/** Null until the container has ended. */
	readonly exitCode?: number | null;
	readonly restarts?: number;
	/** The engine that looks after it, and the name that it has there. */
	readonly engine?: {readonly kind: EngineKind; readonly id: string};
}

/** The container's name, and its id if that differs. */
function namesOf(host: Host, state: string, id: string): {readonly name: string; readonly id?: string} {
	const alias = aliasOf(host, state, id);
	return alias === undefined ? {name: id} : {name: alias, id};
}

/** The labels of a container: those of the spec and the image, and those that Compose sets; undefined without any. */
export function labelsOf({config, labels}: ContainerRecord): ContainerSummary['labels'] {
	const all = {...config.annotations, ...labels};
	return Object.keys(all).length === 0 ? undefined : all;
}

/** The summary of a container, with its state from the kernel. */
export function summaryOf({host, dirs}: MachineFolders, record: ContainerRecord): ContainerSummary {
	return {
		...namesOf(host, dirs.state, record.name),
		state: record.detached?.exit == null ? shownState(host, record) : 'exited',
		pid: record.process?.pid ?? 0,
		command: record.config.process.args,
		spec: record.spec,
		image: imageName(record.image),
		...present({labels: labelsOf(record)}),
		started: record.process?.started ?? record.created,
		...(record.engine === undefined ? {} : {engine: {kind: record.engine.kind, id: record.engine.id}}),
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

/** Lists all containers by name. */
export async function list(machine: MachineFolders): Promise<readonly ContainerSummary[]> {
	return allRecords(machine).map(record => summaryOf(machine, record));
}
