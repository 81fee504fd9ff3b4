import type {Machine} from '../../container/machine/machine.ts';
import type {DetachedContainer} from '../../container/start/detached.ts';
import type {InstanceRecorder} from '../../container/start/run-instance.ts';
import type {UsageSample} from '../../container/observe/usage-samples.ts';
import {whyNot} from '../../errors/why-not.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {ProjectSink} from '../state/event.ts';
import {instanceOutput} from '../logs/log-store.ts';
import type {ProjectRequest} from '../state/project-folder.ts';

/** How a container ended. */
export interface InstanceEnd {
	/** Null if it did not start. */
	readonly exitCode: number | null;
	/** When the end was seen, ms since the epoch; null if it did not start. */
	readonly endedAt: number | null;
	readonly failure?: {readonly error: unknown};
	/** Its resource usage under this supervisor. */
	readonly samples?: readonly UsageSample[];
}

/** What {@link recordEnd} needs besides the container and its end. */
export interface RecordContext {
	readonly machine: Machine;
	readonly service: Service;
	readonly request: ProjectRequest;
	readonly project: Project;
	readonly recordInstance: InstanceRecorder;
	readonly emit: ProjectSink;
}

/**
 * Records a container's run if its spec asks for it. Returns a function that emits the result; call it after the exit event.
 * A failure to record only emits `service.unrecorded`.
 */
export async function recordEnd(
	{machine, service, request, project, recordInstance, emit}: RecordContext,
	{record, start}: Pick<DetachedContainer, 'record' | 'start'>,
	end: InstanceEnd,
): Promise<() => void> {
	if (service.record !== true) return () => {};
	const label = labelOf(service);
	try {
		const bestEffort = request.spec.bestEffort ?? machine.bestEffort;
		const output = instanceOutput(machine, record);
		const began = start === undefined ? {} : {start};
		const {id, folder} = await recordInstance(machine, {record, project, bestEffort, output, ...began, ...end});
		return () => emit({type: 'service.recorded', at: machine.host.now(), service: label, id, folder});
	} catch (error) {
		const message = whyNot(error);
		return () => emit({type: 'service.unrecorded', at: machine.host.now(), service: label, message});
	}
}
