import type {ContainerSummary} from '../../../container/observe/list.ts';
import {engineHint, engineName} from '../../../container/machine/of-engine.ts';
import {containersOf, isLive, type ProjectFacts, projectOf, type Row} from './rows.ts';

/** The arguments of a tsbox command. */
export type Words = readonly string[];

/** Commands to run, and whether the user has to confirm them. */
export interface Intent {
	readonly commands: readonly Words[];
	/** What is lost, which needs confirmation; undefined if the action can be undone. */
	readonly loses?: string;
}

/** Why an action is impossible. */
export interface Refusal {
	readonly refused: string;
}

/** Actions that take one command per container or project and no further input. */
export type PlainAction = 'stop' | 'start' | 'restart' | 'pause' | 'remove' | 'project-up' | 'project-down';

/** The commands of an action on rows, or why it is impossible. */
export function intentOf(
	action: PlainAction,
	rows: readonly Row[],
	projects: readonly ProjectFacts[],
): Intent | Refusal {
	if (action === 'project-up' || action === 'project-down') return projectIntent(action, rows, projects);
	const parts = rows.map(row => (row.kind === 'container' ? ofContainer(action, row.container) : ofOther(action, row)));
	const good = parts.flatMap(part => ('commands' in part ? [part] : []));
	if (good.length === 0) return parts[0] ?? {refused: 'there is nothing to do it to'};
	const loses = good.flatMap(each => each.loses ?? []);
	return {
		commands: good.flatMap(each => each.commands),
		...(loses.length === 0 ? {} : {loses: [...new Set(loses)].join('; ')}),
	};
}

/** The words of an engine for what the dashboard leaves to it. */
const engineVerbs: Readonly<Partial<Record<PlainAction, string>>> = {
	stop: 'stop',
	start: 'start',
	restart: 'restart',
	remove: 'rm -f',
	pause: 'pause',
};

function refusalOf(action: PlainAction, {name, state, engine}: ContainerSummary): Refusal | undefined {
	const verb = action === 'pause' && state === 'paused' ? 'unpause' : engineVerbs[action];
	if (engine === undefined || verb === undefined) return undefined;
	return {refused: `${name} is a container of ${engineName(engine)}: ${engineHint(engine, verb)}`};
}

function ofContainer(action: PlainAction, container: ContainerSummary): Intent | Refusal {
	const {name, project, state} = container;
	const ofEngine = refusalOf(action, container);
	if (ofEngine !== undefined) return ofEngine;
	const isDetached = project !== undefined;
	const live = isLive(container);
	switch (action) {
		case 'stop':
			if (!live) return {refused: `${name} does not run`};
			return isDetached
				? {commands: [['stop', name]]}
				: {
						commands: [['down', name]],
						loses: `${name} runs in the foreground of another terminal, and is gone when it ends`,
					};
		case 'start':
			if (live) return {refused: `${name} runs`};
			return isDetached
				? {commands: [['start', name]]}
				: {refused: `${name} is not of a project: run its command again`};
		case 'restart':
			return isDetached
				? {commands: [['restart', name]]}
				: {refused: `${name} runs in the foreground of another terminal: end it and run its command again`};
		case 'pause':
			if (state === 'paused') return {commands: [['unpause', name]]};
			return live ? {commands: [['pause', name]]} : {refused: `${name} does not run`};
		case 'remove':
			return isDetached
				? {commands: [['rm', name]], loses: `the files that ${name} wrote and its output`}
				: {commands: [['down', name]], loses: `${name} ends, and all it wrote`};
		case 'project-up':
		case 'project-down':
			return {refused: `${name} is a container`};
	}
}

function ofOther(action: PlainAction, row: Exclude<Row, {readonly kind: 'container'}>): Intent | Refusal {
	const target: Words = row.kind === 'project' ? [row.project.name] : [row.project, row.service];
	const shown = target.join(' ');
	switch (action) {
		case 'stop':
		case 'start':
		case 'restart':
			return {commands: [[action, ...target]]};
		case 'remove':
			return {commands: [['rm', ...target]], loses: `the files that containers of ${shown} wrote, and their output`};
		case 'pause':
			return row.kind === 'project' ? pauseAll(row.containers) : {refused: `${shown} does not run`};
		case 'project-up':
		case 'project-down':
			return {refused: `${shown} has no project`};
	}
}

/** Pauses the running containers. If none is running, unpauses the paused ones. */
function pauseAll(containers: readonly ContainerSummary[]): Intent | Refusal {
	const running = containers.filter(({state}) => state === 'running').map(({name}) => name);
	if (running.length > 0) return {commands: [['pause', ...running]]};
	const paused = containers.filter(({state}) => state === 'paused').map(({name}) => name);
	return paused.length > 0 ? {commands: [['unpause', ...paused]]} : {refused: 'nothing of it runs'};
}

/** Names of the projects of rows. */
export function projectsOf(rows: readonly Row[]): readonly string[] {
	return [...new Set(rows.map(projectOf).filter(name => name !== undefined))];
}

function projectIntent(
	action: 'project-up' | 'project-down',
	rows: readonly Row[],
	projects: readonly ProjectFacts[],
): Intent | Refusal {
	const meant = projectsOf(rows).flatMap(name => projects.filter(project => project.name === name));
	if (meant.length === 0) return {refused: 'that is of no detached project'};
	if (action === 'project-down')
		return {
			commands: meant.map(({name}) => ['down', name]),
			loses: `all containers of ${meant.map(({name}) => name).join(', ')}, what they wrote, and their output; volumes stay`,
		};
	const strange = meant.find(({spec}) => spec === null);
	if (strange !== undefined) return {refused: `it is not known which spec ${strange.name} was made from`};
	return {commands: meant.map(({spec, services}) => ['up', '-d', spec ?? '', ...services])};
}

/** Names of the containers of rows that have a process. */
export function liveOf(rows: readonly Row[]): readonly string[] {
	const live = rows.flatMap(containersOf).filter(isLive);
	return [...new Set(live.map(({name}) => name))];
}

/** Common signals, the most common ones first. */
export const signalChoices = [
	'TERM',
	'KILL',
	'INT',
	'HUP',
	'QUIT',
	'USR1',
	'USR2',
	'WINCH',
	'STOP',
	'CONT',
	'ABRT',
	'ALRM',
] as const;
