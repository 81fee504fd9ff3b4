import type {Machine} from '../../container/machine/machine.ts';
import {isAbsolute, resolve} from 'node:path';
import {drift} from '../../container/observe/drift.ts';
import {containerConfig} from '../../container/observe/container-config.ts';
import {containerMounts} from '../../container/observe/container-mounts.ts';
import {containerNetwork} from '../../container/observe/container-network.ts';
import {top} from '../../container/observe/top.ts';
import {usageSampler} from '../../container/observe/usage-sampler.ts';
import {watchList} from '../../container/observe/watch-list.ts';
import {writePlainText} from '../../host/files/plain-text.ts';
import {lendTerminal, runOwnCommand} from '../../host/programs/own-command.ts';
import {startWords} from '../../host/programs/start-words.ts';
import {idOf} from '../../state/alias.ts';
import {type ContainerRecord, containerFolder} from '../../state/record.ts';
import {readStartReport, type StartReport} from '../../state/start-report.ts';
import type {Port} from '../../spec/model/project.ts';
import {failedReport} from '../../project/state/failed-report.ts';
import {followProjects} from '../../project/state/follow-projects.ts';
import {openLogFeed} from '../../project/logs/log-feed.ts';
import {openEventFeed} from '../../project/state/project-events.ts';
import type {DashSource} from './model/source.ts';

/** The program, working directory, and environment of tsbox commands. */
export interface Surroundings {
	/** Path of the tsbox program. */
	readonly program: string;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
}

/** The source of a real machine. It reads records, cgroup files, and /proc, and runs actions as tsbox commands. */
export function realSource(machine: Machine, {program, cwd, env}: Surroundings): DashSource {
	const {host, dirs} = machine;
	const sampler = usageSampler(machine);
	const folder = (name: string): string => containerFolder(dirs.state, idOf(host, dirs.state, name) ?? name);
	const report = (name: string): StartReport | undefined => readStartReport(host, folder(name));
	// Use the folders of this process, because the configuration may change in the meantime.
	const words = (command: readonly string[]): readonly string[] => [
		...startWords(program),
		'--store',
		dirs.store,
		'--state',
		dirs.state,
		...command,
	];
	const ports = new Map<string, string>();
	const keepPorts = (records: readonly ContainerRecord[]): void => {
		ports.clear();
		for (const record of records) if (record.ports !== undefined) ports.set(record.name, portWords(record.ports));
	};
	return {
		watch: signal => watchList(machine, signal, keepPorts),
		projects: changed => followProjects(machine, changed),
		sample: names => sampler.sample(names),
		ports: ({id, name}) => ports.get(id ?? name) ?? '',
		report,
		failedReport: (project, service) => failedReport(machine, project, service),
		drift: name => drift(machine, name),
		processes: name => top(machine, name),
		mounts: async name => containerMounts(machine, name, report(name)?.plan),
		network: async name => containerNetwork(machine, name),
		config: async name => containerConfig(machine, name),
		logs: async (names, changed) => {
			const feed = openLogFeed(machine, names, changed);
			// Callers stay below the count.
			return {...feed, at: index => feed.at(index) ?? noLine};
		},
		events: async (project, changed) => openEventFeed(machine, project, changed),
		run: command => runOwnCommand(words(command), {cwd, env}),
		lend: command => lendTerminal(words(command), {cwd, env}),
		save: (path, text) => writePlainText(isAbsolute(path) ? path : resolve(cwd, path), text, false),
	};
}

const noLine = {kind: 'line', seq: 0, service: '', stream: 'stdout', at: undefined, text: ''} as const;

/** tsbox does not publish ports, but they show what the container is for. */
function portWords(ports: readonly Port[]): string {
	return ports.map(({target, protocol}) => `${target}/${protocol}`).join(' ');
}
