import type {Machine} from '../../container/machine/machine.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import type {ChangeSignal} from '../state/change-signal.ts';
import type {ProjectSink} from '../state/event.ts';
import type {ProjectRequest} from '../state/project-folder.ts';
import type {Unit} from './unit.ts';
import type {Units} from './units.ts';
import type {StartRequests} from './start-requests.ts';

/** The state of a supervisor that its request handlers share. */
export interface SupervisorContext {
	readonly machine: Machine;
	readonly units: Units;
	/** Signaled at each change of a unit. */
	readonly bell: ChangeSignal;
	readonly emit: ProjectSink;
	readonly requests: StartRequests;
	/** Runs work that starts containers one at a time: two starts at once would create a container twice. */
	readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
	/** How many requests are about to start containers, which may have been removed or stopped for that. */
	readonly turning: {count: number};
	/** How many `down` requests are in progress, and whether one has finished. */
	readonly leaving: {count: number; done: boolean};
	/** The desired state. */
	project: ProjectRequest;
	/** The spec as the last `up` read it; after a takeover, the specs that the containers were created from. */
	spec: Project;
	/** Makes the unit of a container and replaces its earlier unit. By default it is of the project as `up` read it last. */
	readonly make: (service: Service, of?: {readonly project: ProjectRequest; readonly spec: Project}) => Unit;
}
