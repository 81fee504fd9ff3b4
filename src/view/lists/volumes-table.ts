import {age} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';

/** A named volume as `volume ls` shows it. */
export interface VolumeRow {
	readonly name: string;
	/** The project that created the volume; null without one. */
	readonly project: string | null;
	/** Milliseconds since the epoch. */
	readonly created: number;
	/** Names of the containers that mount the volume. */
	readonly usedBy: readonly string[];
}

/** One line per named volume. `now` is in ms since the epoch. */
export function volumesTable(volumes: readonly VolumeRow[], now: number, {width, fit}: Look): string {
	const rows = volumes.map(({name, project, created, usedBy}) => [
		escapeText(name),
		project === null ? '-' : escapeText(project),
		`${age(now - created)} ago`,
		usedBy.length === 0 ? '-' : usedBy.map(escapeText).join(','),
	]);
	return table([['NAME', 'PROJECT', 'CREATED', 'IN USE BY'], ...rows], width, {columns: fit});
}
