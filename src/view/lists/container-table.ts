import type {ContainerSummary} from '../../container/observe/list.ts';
import {age} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {type Cell, table} from '../text/table.ts';

const header = ['NAME', 'STATE', 'PID', 'STARTED', 'IMAGE', 'COMMAND', 'SPEC'];
/** Longer commands and paths are cut; --json prints them whole. */
const longest = 32;

/** One line per container. `now` is in milliseconds since the epoch. */
export function containerTable(
	containers: readonly ContainerSummary[],
	now: number,
	{theme, width, fit}: Look,
): string {
	const rows = containers.map((container): readonly (string | Cell)[] => [
		{text: escapeText(container.name), style: theme.strong},
		{text: stateWords(container), style: container.state === 'running' ? theme.ok : theme.warning},
		// The kernel may have given the pid of an ended process to another one.
		['running', 'paused'].includes(container.state) ? String(container.pid) : '-',
		`${age(now - container.started)} ago`,
		container.engine === undefined ? escapeText(container.image) : shortenPath(escapeText(container.image)),
		shorten(escapeText(container.command.join(' '))),
		container.engine === undefined
			? shortenPath(escapeText(container.spec))
			: `${container.engine.kind} ${escapeText(container.engine.id.slice(0, 12))}`,
	]);
	return table([header, ...rows], width, {columns: fit});
}

/** `running (healthy)`, `exited (1)`. */
function stateWords({state, health = 'none', exitCode}: ContainerSummary): string {
	if (state === 'exited') return `exited (${exitCode ?? ''})`;
	return state === 'running' && health !== 'none' ? `running (${health})` : state;
}

function shorten(text: string): string {
	const characters = Array.from(text);
	return characters.length <= longest ? text : `${characters.slice(0, longest - 3).join('')}...`;
}

/** Keeps the end of a path, which says most. */
function shortenPath(path: string): string {
	const characters = Array.from(path);
	return characters.length <= longest ? path : `...${characters.slice(3 - longest).join('')}`;
}

/** The fields of a `ps --format` template. Every container has all of them; a missing value is empty. */
export function containerFields({engine, ...container}: ContainerSummary): Readonly<Record<string, unknown>> {
	return {
		...container,
		engine: engine?.kind ?? '',
		id: container.id ?? container.name,
		command: container.command.join(' '),
		// Any label may be asked for.
		labels: container.labels ?? null,
		project: container.project ?? '',
		service: container.service ?? '',
		health: container.health ?? '',
		exitCode: container.exitCode ?? '',
		restarts: container.restarts ?? '',
	};
}

/** A container without values, to check a template before there is a container. */
export const noContainer: ContainerSummary = {
	name: '',
	state: '',
	pid: 0,
	command: [],
	spec: '',
	image: '',
	started: 0,
};
