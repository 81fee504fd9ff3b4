import {age} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {type Cell, table} from '../text/table.ts';

/** What `ps` shows of a container. */
export interface ContainerRow {
	readonly name: string;
	readonly state: string;
	/** On the host. */
	readonly pid: number;
	readonly command: readonly string[];
	/** Path of the spec file. */
	readonly spec: string;
	readonly image: string;
	/** Milliseconds since the epoch. */
	readonly started: number;
	readonly health?: string;
	readonly exitCode?: number | null;
}

const header = ['NAME', 'STATE', 'PID', 'STARTED', 'IMAGE', 'COMMAND', 'SPEC'];
/** Longer words are cut: all of them are in --json. */
const longest = 32;

/** The containers, a line each; `now` is in milliseconds since the epoch. */
export function containerTable(containers: readonly ContainerRow[], now: number, {theme, width, fit}: Look): string {
	const rows = containers.map((container): readonly (string | Cell)[] => [
		{text: escapeText(container.name), style: theme.strong},
		{text: stateWords(container), style: container.state === 'running' ? theme.ok : theme.warning},
		// The number of a process that has ended may be another's by now.
		['running', 'paused'].includes(container.state) ? String(container.pid) : '-',
		`${age(now - container.started)} ago`,
		escapeText(container.image),
		shorten(escapeText(container.command.join(' '))),
		shortenPath(escapeText(container.spec)),
	]);
	return table([header, ...rows], width, {columns: fit});
}

/** `running (healthy)`, `exited (1)`. */
function stateWords({state, health = 'none', exitCode}: ContainerRow): string {
	if (state === 'exited') return `exited (${exitCode ?? ''})`;
	return state === 'running' && health !== 'none' ? `running (${health})` : state;
}

function shorten(text: string): string {
	const characters = Array.from(text);
	return characters.length <= longest ? text : `${characters.slice(0, longest - 3).join('')}...`;
}

/** Of a path the end says most. */
function shortenPath(path: string): string {
	const characters = Array.from(path);
	return characters.length <= longest ? path : `...${characters.slice(3 - longest).join('')}`;
}
