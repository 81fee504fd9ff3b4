import type {
	CommandEnd,
	ContainerSummary,
	ExecRequest,
	ImageSummary,
	Machine,
	MachineOptions,
	PlannedContainer,
	SpecRequest,
	UpRequest,
} from '../engine/types.ts';
import type {EventSink} from '../run/event.ts';
import type {Project} from '../spec/project.ts';

export type {
	CommandEnd,
	ExecRequest,
	Machine,
	MachineOptions,
	PlannedContainer,
	SpecRequest,
	UpRequest,
} from '../engine/types.ts';

/** What the verbs ask of the engine; the tests give them another one. */
export interface EngineApi {
	openMachine(options: MachineOptions): Promise<Machine>;
	loadProject(request: SpecRequest): Promise<Project>;
	planContainer(machine: Machine, request: SpecRequest): Promise<PlannedContainer>;
	up(machine: Machine, request: UpRequest): Promise<CommandEnd>;
	execIn(machine: Machine, name: string, request: ExecRequest): Promise<CommandEnd>;
	down(machine: Machine, name: string, options: {readonly timeoutMs?: number}): Promise<void>;
	list(machine: Machine): Promise<readonly ContainerSummary[]>;
	/** The record of a container and its live state, ready for JSON. */
	inspect(machine: Machine, name: string): Promise<unknown>;
	gc(machine: Machine, emit: EventSink): Promise<{readonly removed: readonly string[]}>;
	listImages(machine: Machine): Promise<readonly ImageSummary[]>;
	removeImage(machine: Machine, digest: string): Promise<void>;
	/** Gives the digests that were removed. */
	pruneImages(machine: Machine): Promise<readonly string[]>;
	/** The plan as a POSIX sh script. */
	compilePlan(machine: Machine, planned: PlannedContainer): Promise<string>;
}
