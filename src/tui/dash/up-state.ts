import type {ProjectEvent} from '../../project/state/event.ts';
import {conditions} from '../../view/lists/project-event.ts';
import {noProgress, type ProgressState, reduceProgress} from '../progress/progress-state.ts';

/** Progress of a service of an `up`. */
export interface UpService {
	readonly service: string;
	readonly status: 'idle' | 'waiting' | 'starting' | 'running' | 'unchanged' | 'exited' | 'restarting' | 'failed';
	/** What the service waits for or why it failed: a few words, not escaped. */
	readonly note: string;
	readonly health: string;
	/** The service exited with status 0. */
	readonly isGood: boolean;
	/** The steps of its start and their progress. */
	readonly start: ProgressState;
	/** Output of a failed command, and how to fix the failure. */
	readonly output: string;
	readonly hint: string;
}

/** The services of an `up`, in the order of the spec. */
export type UpState = readonly UpService[];

/** The state before the first event. */
export function firstUp(services: readonly string[]): UpState {
	return services.map(idle);
}

function idle(service: string): UpService {
	return {service, status: 'idle', note: '', health: '', isGood: false, start: noProgress, output: '', hint: ''};
}

/** The state after one more event. */
export function reduceUp(state: UpState, event: ProjectEvent): UpState {
	const known = state.some(({service}) => service === event.service) ? state : [...state, idle(event.service)];
	return known.map(one => (one.service === event.service ? {...one, ...changeOf(one, event)} : one));
}

function changeOf(one: UpService, event: ProjectEvent): Partial<UpService> {
	switch (event.type) {
		case 'service.waiting':
			return {status: 'waiting', note: `waits until ${event.for} ${conditions[event.condition] ?? event.condition}`};
		case 'service.step':
			return {
				status: one.status === 'running' ? 'running' : 'starting',
				note: '',
				start: reduceProgress(one.start, event.event),
			};
		case 'service.started':
			return {status: 'running', note: ''};
		case 'service.unchanged':
			return {status: 'unchanged', note: 'runs as the spec has it'};
		case 'service.changed':
			return {note: `made anew${event.changes.length === 0 ? '' : `: ${event.changes.join(', ')} changed`}`};
		case 'service.orphaned':
			return {note: 'is an orphan: the spec has no such service'};
		case 'service.health':
			return {health: event.health, output: event.health === 'unhealthy' ? event.output : ''};
		case 'service.exited':
			return {
				status: 'exited',
				isGood: event.exitCode === 0,
				health: '',
				note: `with status ${event.exitCode}${event.oomKilled ? ', and ran out of memory' : ''}`,
			};
		case 'service.restarting':
			return {status: 'restarting', note: `restart ${event.count}`};
		case 'service.failed':
			return {status: 'failed', note: event.message, output: event.output ?? '', hint: event.hint ?? ''};
		case 'service.oom':
			return {note: 'ran out of memory'};
		case 'service.hook':
			return {note: event.message};
		case 'service.stopping':
			return {note: `is stopped with ${event.signal}`};
		case 'service.removed':
			return {status: 'idle', note: 'is removed'};
		case 'service.unrecorded':
			return {note: `could not be recorded: ${event.message}`};
		case 'network.refused':
		case 'service.recorded':
		case 'service.ended':
			return {};
	}
}
