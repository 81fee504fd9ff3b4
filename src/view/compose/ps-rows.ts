import type {ProjectContainer} from '../../container/observe/list-project.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import {urlHost} from '../../network/address.ts';
import {age} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';

/** Characters of a command that are shown, as in Docker. */
const longest = 20;

/** A container with the field names of `docker compose ps --format json`. */
export type PsFields = ReturnType<typeof psFields>;

/**
 * The fields of a container; without one, the names of all fields with empty values.
 *
 * @param now - ms since the epoch
 * @param short - cut long commands
 */
export function psFields(container: ProjectContainer | undefined, now: number, short: boolean) {
	const {name = '', service = '', project = '', made, state = '', health = 'none'} = container ?? {};
	const command = shellCommand(container?.command ?? []);
	const cut = short && command.length > longest ? `${command.slice(0, longest - 1)}…` : command;
	const {publishers = [], created = 0} = container ?? {};
	return {
		Command: JSON.stringify(cut),
		CreatedAt: new Date(created).toISOString(),
		ExitCode: container?.exitCode ?? 0,
		Health: health === 'none' ? '' : health,
		ID: container?.id ?? name,
		Image: container?.image ?? '',
		Labels: Object.entries(container?.labels ?? {})
			.map(pair => pair.join('='))
			.join(','),
		LocalVolumes: String((made?.volumes ?? []).filter(({type}) => type === 'volume').length),
		Mounts: (made?.volumes ?? [])
			.map(volume =>
				volume.type === 'bind' ? volume.source : volume.type === 'volume' ? volume.volume.name : volume.target,
			)
			.join(','),
		Name: name,
		Names: name,
		Networks: (container?.networks ?? []).join(','),
		Ports: publishers
			.map(
				({url, targetPort, publishedPort, protocol}) => `${urlHost(url)}:${publishedPort}->${targetPort}/${protocol}`,
			)
			.join(', '),
		Project: project,
		Publishers: publishers.map(({url, targetPort, publishedPort, protocol}) => ({
			URL: url,
			TargetPort: targetPort,
			PublishedPort: publishedPort,
			Protocol: protocol,
		})),
		RunningFor: `${age(now - created)} ago`,
		Service: service,
		Size: '0B',
		State: state,
		Status: container === undefined ? '' : statusOf(container, now),
	};
}

/** `Up 5 minutes (healthy)`, `Exited (1) 3 seconds ago`. */
function statusOf(container: ProjectContainer, now: number): string {
	const {state, health = 'none', exitCode, ended = now, started} = container;
	if (state === 'exited') return `Exited (${exitCode ?? 0}) ${age(now - ended)} ago`;
	if (state === 'created') return 'Created';
	const condition = health === 'none' ? '' : ` (${health === 'starting' ? 'health: starting' : health})`;
	return `Up ${age(now - started)}${state === 'paused' ? ' (Paused)' : condition}`;
}

/** The table of `docker compose ps`. */
export function composePsTable(rows: readonly PsFields[], {theme, width, fit}: Look): string {
	const header = ['NAME', 'IMAGE', 'COMMAND', 'SERVICE', 'CREATED', 'STATUS', 'PORTS'];
	const cells = rows.map(row => [
		{text: escapeText(row.Name), style: theme.strong},
		escapeText(row.Image),
		escapeText(row.Command),
		escapeText(row.Service),
		row.RunningFor,
		{text: row.Status, style: row.State === 'running' ? theme.ok : theme.warning},
		row.Ports,
	]);
	return table([header, ...cells], width, {columns: fit});
}
