import {serviceOfRun} from './service-of-run.ts';
import type {Machine} from '../container/machine/machine.ts';
import type {RunInstance} from '../container/start/run-instance.ts';
import {type LayerFiles, layerFiles} from '../container/copy/layer-files.ts';
import {errorFacts} from '../execute/start-report-of.ts';
import {instanceRunId, makeRunWork, newRunId, runsFolder} from '../state/run-place.ts';
import {containerFolder} from '../state/record.ts';
import {readStartReport, type StartReport} from '../state/start-report.ts';
import type {Plan} from '../step/verbs/step.ts';
import {isInstanceOf, keepNewest} from './keep-newest.ts';
import {keepInstanceLog, type InstanceLog} from './instance-log.ts';
import {
	attempts,
	contentKeeper,
	dropRunWork,
	finishRun,
	mostContent,
	nodeName,
	runImageOf,
	runUsageOf,
} from './run-parts.ts';
import {instanceFile, type RunRecord, type RunSpec, type RunStep, type RunUsage} from './run-record.ts';
import {runSteps, reportSteps} from './run-steps.ts';

/** The start of a detached container, from its events or its start report. */
interface Beginning {
	readonly plan: Plan;
	readonly steps: readonly RunStep[];
	readonly startedAt: number;
	readonly commandStartedAt: number | null;
	readonly warnings: readonly string[];
}

/**
 * Records one run of a detached container. The record is written beside the others and becomes one of them with one rename.
 * Only the newest records of each container are kept. A run that is recorded already is not recorded again.
 *
 * @throws the system's error, or any other error while writing; `gc` then removes what is left.
 */
export async function recordInstance(
	machine: Machine,
	life: RunInstance,
): Promise<{readonly id: string; readonly folder: string}> {
	const {host, dirs} = machine;
	const {record} = life;
	const own = instanceRunId(record);
	const taken = `${runsFolder(dirs.store)}/${own}`;
	const isThere = host.lstat(taken) !== undefined;
	if (isThere && isInstanceOf(host, taken, record.name)) return {id: own, folder: taken};
	const id = isThere ? newRunId(record.created) : own;
	const work = makeRunWork(host, dirs.store);
	let folder: string;
	try {
		host.writeAtomic(`${work}/${instanceFile}`, `${record.name}\n`, 0o600);
		const log = keepInstanceLog(host, work, life.output, life.endedAt ?? host.now());
		folder = writeInstance(machine, life, {id, work, log});
	} catch (error) {
		dropRunWork(host, work);
		throw error;
	}
	keepNewest(machine, record.name, id);
	return {id, folder};
}

function writeInstance(
	machine: Machine,
	life: RunInstance,
	{id, work, log}: {readonly id: string; readonly work: string; readonly log: InstanceLog},
): string {
	const {host} = machine;
	const {record, exitCode, endedAt, failure} = life;
	const {config, image, cgroups, detached} = record;
	const begun = beginningOf(machine, life);
	const ran = exitCode !== null;
	const {attempt, ignored} = attempts();
	let usage: RunUsage | null = null;
	let layer: LayerFiles | undefined;
	if (ran) {
		attempt('resource usage', () => void (usage = runUsageOf(host, cgroups, record.process?.setupCpuNs ?? null)));
		const planned = {plan: begun.plan, image, config};
		attempt('files written', () => void (layer = layerFiles(machine, planned, mostContent, contentKeeper(host, work))));
	}
	const spec = specOf(life);
	const run: RunRecord = {
		schema: 1,
		id,
		verb: 'up',
		node: nodeName(host),
		name: record.name,
		spec: record.spec,
		command: config.process.args,
		tty: spec.service.tty ?? false,
		...(detached === undefined
			? {}
			: {detached: {project: detached.project, service: detached.service, restarts: detached.restarts}}),
		bestEffort: life.bestEffort,
		image: runImageOf(image),
		startedAt: begun.startedAt,
		commandStartedAt: begun.commandStartedAt,
		commandEndedAt: endedAt,
		endedAt: host.now(),
		outcome: failure === undefined ? 'ended' : 'failed',
		// Only the parent sees the signal. Here the parent is a shell, which turns it into an exit status.
		end: ran ? {exitCode, signal: null} : null,
		...(failure === undefined ? {} : {error: errorFacts(failure.error)}),
		warnings: [...begun.warnings, ...log.warnings, ...ignored],
		steps: begun.steps,
		usage,
		samples: life.samples ?? [],
		unread: layer?.unread ?? null,
		lost: log.lost,
	};
	return finishRun(machine, work, {
		plan: begun.plan,
		spec,
		files: layer?.files ?? [],
		snapshots: life.start?.snapshots ?? [],
		run,
	});
}

/** The start by its events, if this supervisor started the container; otherwise by the start report in its folder. */
function beginningOf({host, dirs}: Machine, {record, start}: RunInstance): Beginning {
	if (start !== undefined) {
		const {events, planned} = start;
		return {
			plan: planned.plan,
			steps: runSteps(planned.plan, events),
			startedAt: record.created,
			commandStartedAt: events.find(({type}) => type === 'container.started')?.at ?? null,
			warnings: events.flatMap(event => (event.type === 'warning' ? [event.text] : [])),
		};
	}
	const report = readStartReport(host, containerFolder(dirs.state, record.name));
	return {
		...(report === undefined
			? {...nothingKnown(record.name, record.spec)}
			: {plan: report.plan, steps: reportSteps(report)}),
		startedAt: record.created,
		commandStartedAt: startOf(report) ?? record.process?.started ?? null,
		warnings:
			report === undefined
				? ['the supervisor was killed before it saved the start report: the plan and the files are unknown']
				: ['the supervisor was killed while the container ran: the times of the start steps are unknown'],
	};
}

function startOf(report: StartReport | undefined): number | undefined {
	return report === undefined ? undefined : Math.round(report.startedAt + report.ms);
}

function nothingKnown(name: string, spec: string): Pick<Beginning, 'plan' | 'steps'> {
	return {
		plan: {schema: 1, name, spec, namespaces: [], executor: 'commands', steps: [], warnings: [], protections: []},
		steps: [],
	};
}

function specOf({record, project, start}: RunInstance): RunSpec {
	const {name, volumes} = project;
	const made = start === undefined ? record.detached?.made : serviceOfRun(start.planned);
	if (made === undefined) throw new Error(`${record.name} is not a detached container`);
	return {project: {name, file: record.spec, ...(volumes === undefined ? {} : {volumes})}, service: made};
}
