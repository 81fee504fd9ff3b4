import {serviceOfRun} from './service-of-run.ts';
import type {CommandEnd} from '../container/machine/attachment.ts';
import type {Machine} from '../container/machine/machine.ts';
import type {PlannedContainer} from '../container/machine/planned-container.ts';
import type {Recorder, UpRequest} from '../container/start/up-request.ts';
import {cgroupsOf} from '../container/start/record-facts.ts';
import {stepSnapshots} from '../container/start/step-snapshots.ts';
import {type LayerFiles, layerFiles} from '../container/copy/layer-files.ts';
import {sampleUsage, type UsageSample, type UsageSamples} from '../container/observe/usage-samples.ts';
import {outputCopy} from '../host/programs/output-copy.ts';
import {whyNot} from '../errors/why-not.ts';
import {errorFacts, keepEvents} from '../execute/start-report-of.ts';
import {containerFolder, type EngineKind, readRecord} from '../state/record.ts';
import {makeRunWork, newRunId} from '../state/run-place.ts';
import {
	attempts,
	contentKeeper,
	dropRunWork,
	finishRun,
	lockOf,
	mostContent,
	nodeName,
	runImageOf,
	runUsageOf,
} from './run-parts.ts';
import {runFiles, type RunImage, type RunRecord, type RunUsage} from './run-record.ts';
import {runSteps} from './run-steps.ts';

/** The parts of a start request that are recorded, and the sink for the event about the record. */
export type RecordRequest = Pick<UpRequest, 'verb' | 'tty' | 'emit' | 'bestEffort'> & {
	/** The id of the replayed run. */
	readonly parent?: string;
	/** The image of the replayed run, with the archive path of that time. */
	readonly image?: RunImage;
	/** Who asked for the container of a bundle. */
	readonly engine?: EngineKind | undefined;
};

/**
 * Records a run. The record is written in a folder beside the others, and becomes one of them with one rename when the run is
 * over. `gc` removes what a kill leaves. If the record cannot be written, the run continues with a warning.
 *
 * @throws the system's error when the folder cannot be created; nothing has been started then.
 */
export function recordRun(machine: Machine, planned: PlannedContainer, request: RecordRequest): Required<Recorder> {
	const {host, dirs} = machine;
	const {plan, project, service} = planned;
	const startedAt = host.now();
	const work = makeRunWork(host, dirs.store);
	const logs = {stdout: outputCopy(`${work}/${runFiles.stdout}`), stderr: outputCopy(`${work}/${runFiles.stderr}`)};
	const times = outputCopy(`${work}/${runFiles.times}`);
	const {emit, kept} = keepEvents(() => {});
	let end: CommandEnd | null = null;
	let usage: RunUsage | null = null;
	let watch: UsageSamples | undefined;
	let samples: readonly UsageSample[] = [];
	let layer: LayerFiles | undefined;
	const {attempt, ignored} = attempts();
	const keepContent = contentKeeper(host, work);

	const {afterStep, kept: snapshots} = stepSnapshots(host, plan, cgroupsOf(plan).members);

	const recordOf = (id: string, failure: {readonly error: unknown} | undefined): RunRecord => ({
		schema: 1,
		id,
		...(request.parent === undefined ? {} : {parent: request.parent}),
		verb: request.verb,
		node: nodeName(host),
		...(request.engine === undefined ? {} : {engine: request.engine}),
		...lockOf(planned),
		name: service.name,
		spec: project.file,
		command: planned.config.process.args,
		tty: request.tty,
		bestEffort: request.bestEffort ?? machine.bestEffort,
		image: request.image ?? runImageOf(planned.image),
		startedAt,
		commandStartedAt: kept.find(({type}) => type === 'container.started')?.at ?? null,
		commandEndedAt: kept.find(({type}) => type === 'container.exited')?.at ?? null,
		endedAt: host.now(),
		outcome: failure === undefined ? 'ended' : 'failed',
		end,
		...(failure === undefined ? {} : {error: errorFacts(failure.error)}),
		warnings: [...kept.flatMap(event => (event.type === 'warning' ? [event.text] : [])), ...ignored],
		steps: runSteps(plan, kept),
		usage,
		samples,
		unread: layer?.unread ?? null,
		lost: logs.stdout.lost() + logs.stderr.lost(),
	});
	const write = (failure: {readonly error: unknown} | undefined): {readonly id: string; readonly folder: string} => {
		const id = newRunId(startedAt);
		const {name, file, volumes} = project;
		const spec = {project: {name, file, ...(volumes === undefined ? {} : {volumes})}, service: serviceOfRun(planned)};
		return {
			id,
			folder: finishRun(machine, work, {plan, spec, files: layer?.files ?? [], snapshots, run: recordOf(id, failure)}),
		};
	};

	return {
		emit: event => {
			emit(event);
			if (event.type === 'container.started') watch = sampleUsage(host, cgroupsOf(plan).members);
		},
		afterStep,
		tap: (stream, bytes) => {
			logs[stream].write(bytes);
			times.write(Buffer.from(`${host.now()} ${stream === 'stdout' ? 'o' : 'e'} ${bytes.length}\n`));
		},
		ended: how => {
			end = how;
			attempt('resource usage over time', () => void (samples = watch?.stop() ?? []));
			watch = undefined;
			attempt('resource usage', () => {
				const record = readRecord(host, containerFolder(dirs.state, service.name));
				usage = runUsageOf(host, cgroupsOf(plan).members, record?.process?.setupCpuNs ?? null);
			});
			attempt('files written', () => void (layer = layerFiles(machine, planned, mostContent, keepContent)));
		},
		close: failure => {
			watch?.stop();
			for (const copy of [logs.stdout, logs.stderr, times]) copy.close();
			try {
				request.emit({type: 'run.recorded', at: host.now(), ...write(failure)});
			} catch (error) {
				request.emit({type: 'warning', at: host.now(), text: `the run could not be recorded: ${whyNot(error)}`});
				dropRunWork(host, work);
			}
		},
	};
}
