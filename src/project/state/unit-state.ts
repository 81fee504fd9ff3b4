import type {Dependency, Service} from '../../spec/model/project.ts';
import type {Detached} from '../../state/record.ts';
import type {ServiceStatus} from './control.ts';

/** Where a service of a detached project is in its life. */
export type UnitStatus =
	| 'created'
	| 'waiting'
	| 'starting'
	| 'running'
	| 'restarting'
	| 'stopping'
	| 'exited'
	| 'failed';

/** What others may know of a service. */
export interface UnitView {
	readonly service: Service;
	readonly status: UnitStatus;
	readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
	readonly exitCode: number | null;
	readonly restarts: number;
	readonly pid: number;
	/** It has run since it was last asked to. */
	readonly begun: boolean;
	/** Why it is not there, for `failed`. */
	readonly error: unknown;
}

/** Whatever can be asked what it is like. */
interface HasView {
	readonly view: () => UnitView;
}

/** What is kept of a container's output where the spec says nothing: 100 MiB of each stream, as docker's `local` driver. */
const defaultLogging = {maxSize: 20 * 1024 * 1024, maxFile: 5} as const;

/** What the record of a container that is started now tells of its project. */
export function aboutDetached(
	project: string,
	made: Service,
	restarts: number,
	printed: Detached['printed'],
): Detached {
	return {
		...(printed === undefined ? {} : {printed}),
		project,
		service: made.service,
		restarts,
		health: made.healthcheck === undefined ? 'none' : 'starting',
		exit: null,
		made,
		logging: made.logging ?? defaultLogging,
	};
}

/** What a condition says of a service: `is waited for to be ...`. */
export const conditionWords: Readonly<Record<Dependency['condition'], string>> = {
	service_started: 'started',
	service_healthy: 'healthy',
	service_completed_successfully: 'completed successfully',
};

/** True when it has come to that, words when it never will, undefined before. */
export function conditionOf({view}: HasView, condition: Dependency['condition']): true | string | undefined {
	const {status, health, exitCode} = view();
	if (status === 'failed') return 'did not start';
	if (condition === 'service_started') return status === 'running' || status === 'exited' ? true : undefined;
	if (condition === 'service_healthy') {
		if (health === 'healthy' && status === 'running') return true;
		if (health === 'unhealthy') return 'is unhealthy';
		return status === 'exited' ? `ended with status ${exitCode ?? ''}` : undefined;
	}
	if (status !== 'exited') return undefined;
	return exitCode === 0 ? true : `ended with status ${exitCode ?? ''}`;
}

/** Whether nothing more is to be waited for: it runs (and is healthy), has ended, or failed. */
export function isSettled({view}: HasView, wait: boolean): boolean {
	const {status, health, begun} = view();
	if (status === 'exited' || status === 'failed') return true;
	if (!wait && begun) return true;
	return status === 'running' && (!wait || health === 'none' || health === 'healthy' || health === 'unhealthy');
}

/** Whether it neither runs nor is going to; one that is not there does not. */
export function isOver(unit: HasView | undefined): boolean {
	return unit === undefined || ['created', 'exited', 'failed'].includes(unit.view().status);
}

/** What it is like, in words. */
export function statusWords({view}: HasView): string {
	const {status, health} = view();
	return health === 'none' ? status : `${status}, ${health}`;
}

/** What it is like, for an answer. */
export function statusOf({view}: HasView): ServiceStatus {
	const {service, status, health, exitCode, restarts, pid} = view();
	return {service: service.service, name: service.name, status, health, exitCode, restarts, pid};
}
