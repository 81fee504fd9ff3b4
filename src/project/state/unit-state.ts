import type {Dependency, Service} from '../../spec/model/project.ts';
import type {Detached} from '../../state/record.ts';
import type {ServiceStatus} from './control.ts';

/** The status of a container of a detached project. */
export type UnitStatus =
	| 'created'
	| 'waiting'
	| 'starting'
	| 'running'
	| 'restarting'
	| 'stopping'
	| 'exited'
	| 'failed';

/** The public state of a unit. */
export interface UnitView {
	readonly service: Service;
	readonly status: UnitStatus;
	readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
	readonly exitCode: number | null;
	readonly restarts: number;
	readonly pid: number;
	/** It has run since the last request to start it. */
	readonly begun: boolean;
	/** Why it failed, for `failed`. */
	readonly error: unknown;
}

/** A unit, or anything else with a view. */
interface HasView {
	readonly view: () => UnitView;
}

/** The default log limits: 100 MiB of each stream, as in Docker's `local` driver. */
const defaultLogging = {maxSize: 20 * 1024 * 1024, maxFile: 5} as const;

/** The project part of a new container's record. */
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

/** Conditions in words, for `the dependency must be ...`. */
export const conditionWords: Readonly<Record<Dependency['condition'], string>> = {
	service_started: 'started',
	service_healthy: 'healthy',
	service_completed_successfully: 'completed successfully',
};

/** True if the condition is met, the reason if it never can be, undefined if it may still be. */
export function conditionOf({view}: HasView, condition: Dependency['condition']): true | string | undefined {
	const {status, health, exitCode} = view();
	if (status === 'failed') return 'did not start';
	if (condition === 'service_started') return status === 'running' || status === 'exited' ? true : undefined;
	if (condition === 'service_healthy') {
		if (health === 'healthy' && status === 'running') return true;
		if (health === 'unhealthy') return 'is unhealthy';
		if (health === 'none' && status === 'running') return 'has no health check';
		return status === 'exited' ? `ended with status ${exitCode ?? ''}` : undefined;
	}
	if (status !== 'exited') return undefined;
	return exitCode === 0 ? true : `ended with status ${exitCode ?? ''}`;
}

/** Whether a start is over: the container runs (with `wait`: has a health result), has ended, or failed. */
export function isSettled({view}: HasView, wait: boolean): boolean {
	const {status, health, begun} = view();
	if (status === 'exited' || status === 'failed') return true;
	if (!wait && begun) return true;
	return status === 'running' && (!wait || health === 'none' || health === 'healthy' || health === 'unhealthy');
}

/** Whether the container neither runs nor is due to run; true if it does not exist. */
export function isOver(unit: HasView | undefined): boolean {
	return unit === undefined || ['created', 'exited', 'failed'].includes(unit.view().status);
}

/** The status with the health, for messages. */
export function statusWords({view}: HasView): string {
	const {status, health} = view();
	return health === 'none' ? status : `${status}, ${health}`;
}

/** The state for an answer to a client. */
export function statusOf({view}: HasView): ServiceStatus {
	const {service, status, health, exitCode, restarts, pid} = view();
	return {service: service.service, name: service.name, status, health, exitCode, restarts, pid};
}
