import type {Machine} from '../../container/machine/machine.ts';
import type {DetachedContainer} from '../../container/start/detached.ts';
import type {LifeRecorder} from '../../container/start/detached-life.ts';
import type {UsageSample} from '../../container/observe/usage-samples.ts';
import {whyNot} from '../../errors/why-not.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {ProjectSink} from '../state/event.ts';
import {lifeOutput} from '../logs/log-store.ts';
import type {ProjectRequest} from '../state/project-folder.ts';

/** How a container came to its end. */
export interface LifeEnd {
	/** Null where it did not start. */
	readonly exitCode: number | null;
	/** When that was seen, ms since the epoch; null where it did not start. */
	readonly endedAt: number | null;
	readonly failure?: {readonly error: unknown};
	/** What it used while this supervisor looked after it. */
	readonly samples?: readonly UsageSample[];
}

/** What recording needs beside the container and its end. */
export interface RecordContext {
	readonly machine: Machine;
	readonly service: Service;
	readonly request: ProjectRequest;
	readonly project: Project;
	readonly recordLife: LifeRecorder;
	readonly emit: ProjectSink;
}

/**
 * Records the life of a container whose spec asks for it; gives what tells of that, to be called when its end was told. A
 * record that can't be had is told of, and nothing else happens for it.
 */
export async function recordEnd(
	{machine, service, request, project, recordLife, emit}: RecordContext,
	{record, start}: Pick<DetachedContainer, 'record' | 'start'>,
	end: LifeEnd,
): Promise<() => void> {
	if (service.record !== true) return () => {};
	const label = labelOf(service);
	try {
		const bestEffort = request.spec.bestEffort ?? machine.bestEffort;
		const output = lifeOutput(machine, record);
		const began = start === undefined ? {} : {start};
		const {id, folder} = await recordLife(machine, {record, project, bestEffort, output, ...began, ...end});
		return () => emit({type: 'service.recorded', at: machine.host.now(), service: label, id, folder});
	} catch (error) {
		const message = whyNot(error);
		return () => emit({type: 'service.unrecorded', at: machine.host.now(), service: label, message});
	}
}
