import type {ContainerSummary} from '../../../container/observe/list.ts';
import type {dashColumns} from '../../../spec/config/dash-words.ts';
import type {Sample} from '../../tabs/rates.ts';
import {naturalOrder} from './natural-order.ts';

/** A detached project. */
export interface ProjectFacts {
	readonly name: string;
	/** Path of its spec; null if unknown. */
	readonly spec: string | null;
	/** The services that should exist. */
	readonly services: readonly string[];
}

/** A row of the overview. */
export type Row =
	| {
			readonly kind: 'project';
			readonly key: string;
			readonly project: ProjectFacts;
			readonly containers: readonly ContainerSummary[];
	  }
	| {readonly kind: 'container'; readonly key: string; readonly container: ContainerSummary}
	/** A service without a container: its start failed or has not begun. */
	| {readonly kind: 'absent'; readonly key: string; readonly project: string; readonly service: string};

/** The name of a column. */
export type ColumnName = (typeof dashColumns)[number];

/** Sort order of the overview. */
export interface Sort {
	readonly column: ColumnName;
	readonly descending: boolean;
}

/** Columns of amounts, which are first sorted in descending order. */
export const amounts: readonly ColumnName[] = ['cpu', 'memory', 'pids', 'net', 'block', 'restarts'];

/** View settings of the overview. */
export interface ListView {
	readonly sort: Sort;
	readonly grouped: boolean;
	/** Also show ended containers. */
	readonly ended: boolean;
	readonly filter: string;
	/** Projects that show only their header. */
	readonly folded: readonly string[];
}

/** The data of the rows. */
export interface ListFacts {
	readonly containers: readonly ContainerSummary[];
	readonly projects: readonly ProjectFacts[];
	readonly samples: ReadonlyMap<string, Sample>;
	/** The ports of the spec of each container, in words. */
	readonly ports: ReadonlyMap<string, string>;
}

/** The project of a row; undefined for a container without one. */
export function projectOf(row: Row): string | undefined {
	return row.kind === 'project' ? row.project.name : row.kind === 'absent' ? row.project : row.container.project;
}

/** The containers of a row. A project has all its containers, even if a filter hides them. */
export function containersOf(row: Row): readonly ContainerSummary[] {
	return row.kind === 'project' ? row.containers : row.kind === 'container' ? [row.container] : [];
}

/** Whether a container has a process. */
export function isLive({state}: ContainerSummary): boolean {
	return state === 'running' || state === 'paused';
}

/** Whether a container is unhealthy, failed, or dead. */
function isTroubled({state, exitCode, health}: ContainerSummary): boolean {
	return health === 'unhealthy' || (state === 'exited' && (exitCode ?? 0) !== 0) || state === 'dead';
}

/** The rows of the overview, in order. */
export function rowsOf(facts: ListFacts, view: ListView): readonly Row[] {
	const shown = facts.containers
		.filter(container => view.ended || isLive(container) || isTroubled(container) || container.state === 'created')
		.filter(container => matches(view.filter, wordsOf(container)))
		.toSorted(comparing(view.sort, facts));
	const row = (container: ContainerSummary): Row => ({kind: 'container', key: `c:${container.name}`, container});
	const absent = facts.projects.flatMap(project => absentOf(project, facts.containers, view.filter));
	if (!view.grouped) return [...shown.map(row), ...absent];
	const groups = facts.projects
		.toSorted((a, b) => naturalOrder(a.name, b.name))
		.flatMap((project): readonly Row[] => {
			const own = shown.filter(container => container.project === project.name);
			const missing = absent.filter(each => each.kind === 'absent' && each.project === project.name);
			if (own.length + missing.length === 0 && !matches(view.filter, project.name)) return [];
			const all = facts.containers.filter(container => container.project === project.name);
			const header: Row = {kind: 'project', key: `p:${project.name}`, project, containers: all};
			return view.folded.includes(project.name) ? [header] : [header, ...own.map(row), ...missing];
		});
	const known = new Set(facts.projects.map(({name}) => name));
	return [...groups, ...shown.filter(({project}) => project === undefined || !known.has(project)).map(row)];
}

function absentOf(project: ProjectFacts, containers: readonly ContainerSummary[], filter: string): readonly Row[] {
	const there = new Set(containers.flatMap(each => (each.project === project.name ? [each.service] : [])));
	return project.services
		.filter(service => !there.has(service) && matches(filter, `${project.name} ${service}`))
		.map(service => ({kind: 'absent', key: `s:${project.name}/${service}`, project: project.name, service}));
}

/** The text that a filter searches in a container. */
export function wordsOf({name, project, service, state, health, image, command}: ContainerSummary): string {
	return [name, project, service, state, health, image, ...command].join(' ');
}

/** Whether a text has every word of a filter, in any order, and no `!word`. */
export function matches(filter: string, text: string): boolean {
	const lower = text.toLowerCase();
	return filter
		.toLowerCase()
		.split(/\s+/)
		.filter(word => word !== '' && word !== '!')
		.every(word => (word.startsWith('!') ? !lower.includes(word.slice(1)) : lower.includes(word)));
}

function comparing({column, descending}: Sort, facts: ListFacts) {
	const value = (container: ContainerSummary): string | number => sortValue(column, container, facts);
	return (a: ContainerSummary, b: ContainerSummary): number => {
		const [left, right] = [value(a), value(b)];
		const order =
			typeof left === 'string' && typeof right === 'string' ? naturalOrder(left, right) : Number(left) - Number(right);
		return (descending ? -order : order) || naturalOrder(a.name, b.name);
	};
}

function sortValue(column: ColumnName, container: ContainerSummary, {samples, ports}: ListFacts): string | number {
	const sample = samples.get(container.name);
	switch (column) {
		case 'name':
			return container.name;
		case 'state':
			return container.state;
		case 'health':
			return container.health ?? '';
		case 'restarts':
			return container.restarts ?? 0;
		case 'cpu':
			return sample?.cpuPercent ?? -1;
		case 'memory':
			return sample?.memoryUsed ?? -1;
		case 'pids':
			return sample?.pids ?? -1;
		case 'net':
			return (sample?.rxRate ?? 0) + (sample?.txRate ?? 0);
		case 'block':
			return (sample?.readRate ?? 0) + (sample?.writeRate ?? 0);
		case 'uptime':
			// Descending order starts with the longest uptime, which is the earliest start.
			return -container.started;
		case 'ports':
			return ports.get(container.name) ?? '';
		case 'image':
			return container.image;
		case 'command':
			return container.command.join(' ');
	}
}
