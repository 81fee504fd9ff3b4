import type {Machine} from '../../container/machine/machine.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import type {ChangeSignal} from '../state/change-signal.ts';
import type {ProjectSink} from '../state/event.ts';
import type {ProjectRequest} from '../state/project-folder.ts';
import type {Unit} from './unit.ts';
import type {Units} from './units.ts';
import type {Wishes} from './wishes.ts';

/** What a supervisor has in its care, and by what it is asked about it. */
export interface Care {
	readonly machine: Machine;
	readonly units: Units;
	/** Rings at each change of a unit. */
	readonly bell: ChangeSignal;
	readonly emit: ProjectSink;
	readonly wishes: Wishes;
	/** What starts containers is done one after the other: two at once would make two of one. */
	readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
	/** How many requests are taking all down just now, and whether one has. */
	readonly leaving: {count: number; done: boolean};
	/** What is meant to be there. */
	project: ProjectRequest;
	/** The spec as it was read when it was last brought up; of what ran before, as it was made. */
	spec: Project;
	/** Makes the unit of a container, in the place of the one there was. */
	readonly make: (service: Service) => Unit;
}
