import {cgroupsOf} from '../engine/record-facts.ts';
import {type LayerFiles, layerFiles} from '../engine/layer-files.ts';
import type {CommandEnd, Machine, PlannedContainer, Recorder, UpRequest} from '../engine/types.ts';
import {asForeseen} from '../errors/system-failure.ts';
import {isTsboxError} from '../errors/tsbox-error.ts';
import {outputCopy} from '../host/output-copy.ts';
import type {ImageFacts} from '../image/facts.ts';
import {memoryCount} from '../run/memory.ts';
import {errorFacts, keepEvents} from '../run/story-of.ts';
import {cpuTime, readUsage} from '../run/usage.ts';
import {makeRunWork, newRunId, runsFolder} from '../state/run-place.ts';
import {contentFile, runFiles, type RunImage, type RunRecord, type RunSpec, type RunUsage} from './run-record.ts';
import {runSteps} from './run-steps.ts';

/** Bytes of a file of the layer whose content is kept beside its digest, and of all of them together. */
const mostContent = 8 * 1024 * 1024;
const mostContents = 64 * 1024 * 1024;

function imageOf(image: ImageFacts): RunImage {
	if (image.kind !== 'archive') return image;
	const {kind, archive, digest, bytes} = image;
	return {kind, archive, digest, bytes};
}

function usageOf({host}: Machine, plan: PlannedContainer['plan']): RunUsage {
	const {members} = cgroupsOf(plan);
	const memory = memoryCount(host, members);
	const {block} = readUsage(host, members);
	return {
		cpuNs: cpuTime(host, members),
		memoryPeak: memory === undefined || Number.isNaN(memory.peak) ? null : memory.peak,
		oomKills: memory?.oomKills ?? null,
		block: block === null ? null : {readBytes: block.in, writeBytes: block.out},
	};
}

/** What of a request is recorded, and where a note of the record goes. */
export type RecordRequest = Pick<UpRequest, 'verb' | 'tty' | 'emit' | 'bestEffort'> & {
	/** The run that is replayed. */
	readonly parent?: string;
	/** Its image, where it was at the time. */
	readonly image?: RunImage;
};

/**
 * Keeps the record of a run: in a folder of its own beside the records, which becomes one of them with one rename when all
 * is over. What a kill leaves is taken by `gc`. A record that can't be written is warned of, and the run goes on.
 *
 * @throws the system's error where not even the folder can be made; nothing was started by then.
 */
export function recordRun(machine: Machine, planned: PlannedContainer, request: RecordRequest): Recorder {
	const {host, dirs, facts} = machine;
	const {plan, project, service} = planned;
	const startedAt = host.now();
	const work = makeRunWork(host, dirs.store);
	const logs = {stdout: outputCopy(`${work}/${runFiles.stdout}`), stderr: outputCopy(`${work}/${runFiles.stderr}`)};
	const times = outputCopy(`${work}/${runFiles.times}`);
	const {emit, kept} = keepEvents(() => {});
	let end: CommandEnd | null = null;
	let usage: RunUsage | null = null;
	let layer: LayerFiles | undefined;
	const ignored: string[] = [];
	/** What of a record can't be had is left out, and said. */
	const attempt = (what: string, act: () => void): void => {
		try {
			act();
		} catch (error) {
			ignored.push(`${what}: ${words(error)}`);
		}
	};
	let room = mostContents;
	const known = new Set<string>();
	const keepContent = (digest: string, content: Buffer): void => {
		if (known.has(digest) || content.length > room) return;
		known.add(digest);
		room -= content.length;
		host.mkdir(`${work}/content`, 0o700);
		const copy = outputCopy(`${work}/${contentFile(digest)}`);
		copy.write(content);
		copy.close();
		// Half a content is none.
		if (copy.lost() > 0) host.removeTree(`${work}/${contentFile(digest)}`);
	};

	const recordOf = (id: string, failure: {readonly error: unknown} | undefined): RunRecord => ({
		schema: 1,
		id,
		...(request.parent === undefined ? {} : {parent: request.parent}),
		verb: request.verb,
		name: service.name,
		spec: project.file,
		command: planned.config.process.args,
		tty: request.tty,
		bestEffort: request.bestEffort ?? machine.bestEffort,
		image: request.image ?? imageOf(planned.image),
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
		unread: layer?.unread ?? null,
		lost: logs.stdout.lost() + logs.stderr.lost(),
	});
	const write = (failure: {readonly error: unknown} | undefined): {readonly id: string; readonly folder: string} => {
		const id = newRunId(startedAt);
		const {name, file, volumes} = project;
		const spec: RunSpec = {project: {name, file, ...(volumes === undefined ? {} : {volumes})}, service};
		const put = (name: string, value: unknown): void =>
			host.writeAtomic(`${work}/${name}`, `${JSON.stringify(value)}\n`, 0o600);
		put(runFiles.plan, plan);
		put(runFiles.spec, spec);
		put(runFiles.host, facts);
		put(runFiles.files, layer?.files ?? []);
		put(runFiles.run, recordOf(id, failure));
		const folder = `${runsFolder(dirs.store)}/${id}`;
		host.rename(work, folder);
		return {id, folder};
	};

	return {
		emit,
		tap: (stream, bytes) => {
			logs[stream].write(bytes);
			times.write(Buffer.from(`${host.now()} ${stream === 'stdout' ? 'o' : 'e'} ${bytes.length}\n`));
		},
		ended: how => {
			end = how;
			attempt('what it used', () => void (usage = usageOf(machine, plan)));
			attempt('what it wrote', () => void (layer = layerFiles(machine, planned, mostContent, keepContent)));
		},
		close: failure => {
			for (const copy of [logs.stdout, logs.stderr, times]) copy.close();
			try {
				request.emit({type: 'run.recorded', at: host.now(), ...write(failure)});
			} catch (error) {
				request.emit({type: 'warning', at: host.now(), text: `the run could not be recorded: ${words(error)}`});
				try {
					host.removeTree(work);
				} catch {
					// As on a read-only disk: gc takes it when this process is gone.
				}
			}
		},
	};
}

function words(thrown: unknown): string {
	const error = asForeseen(thrown);
	if (isTsboxError(error)) return error.why ?? error.message;
	return error instanceof Error ? error.message : String(error);
}
