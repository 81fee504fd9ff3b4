import type {CopyRequest} from '../../container/copy/copy-local.ts';
import type {PathChange} from '../../container/copy/diff.ts';
import type {ExecRequest} from '../../container/enter/exec-in.ts';
import type {CommandEnd} from '../../container/machine/attachment.ts';
import type {Machine, MachineOptions} from '../../container/machine/machine.ts';
import type {PlannedContainer} from '../../container/machine/planned-container.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import type {ContainerSummary} from '../../container/observe/list.ts';
import type {ContainerProcess} from '../../container/observe/top.ts';
import type {ContainerStats} from '../../container/observe/usage-meter.ts';
import type {ImageSummary} from '../../container/recover/images.ts';
import type {VolumeSummary} from '../../container/recover/volumes.ts';
import type {UpRequest} from '../../container/start/up-request.ts';
import type {PlanOptions} from '../../container/plan/plan-container.ts';
import type {DownOptions} from '../../container/control/down.ts';
import type {ConfigWish} from '../../container/machine/tool-config.ts';
import type {Drift} from '../../container/machine/observed.ts';
import type {ContainerPorts} from '../../container/observe/ports.ts';
import type {Verification, VerifyRequest} from '../../verify/verify.ts';
import type {LockCheck, LockRequest, MadeLock} from '../../lock/lock.ts';
import type {EventSink} from '../../execute/event.ts';
import type {ToolConfig} from '../../spec/config/config.ts';
import type {RunDifference} from '../../records/diff-runs.ts';
import type {ListedRun} from '../../records/list-runs.ts';
import type {ReplayRequest} from '../../records/replay.ts';
import type {ShownRun} from '../../records/show-run.ts';
import type {ExportRequest} from '../../records/transfer-run.ts';
import type {LimitChanges} from '../../spec/values/limit-changes.ts';
import type {Project} from '../../spec/model/project.ts';
import type {AttachEnd, AttachRequest} from '../../project/client/attach.ts';
import type {ControlRequest, ServiceStatus} from '../../project/state/control.ts';
import type {ProjectSink} from '../../project/state/event.ts';
import type {NameKind} from '../../project/state/known-names.ts';
import type {LogPiece, LogWish} from '../../project/logs/read-logs.ts';
import type {ProjectTarget} from '../../project/state/target.ts';
import type {AttachedUp, AttachedUpEnd} from '../../project/client/up-attached.ts';
import type {DetachedUp} from '../../project/client/up-detached.ts';

export type {ControlRequest} from '../../project/state/control.ts';
export type {ExecRequest} from '../../container/enter/exec-in.ts';
export type {CommandEnd} from '../../container/machine/attachment.ts';
export type {Machine, MachineOptions} from '../../container/machine/machine.ts';
export type {PlannedContainer} from '../../container/machine/planned-container.ts';
export type {SpecRequest} from '../../container/machine/spec-request.ts';
export type {UpRequest} from '../../container/start/up-request.ts';

/** What the verbs ask of the engine; the tests give them another one. */
export interface EngineApi {
	/** tsbox's own configuration. */
	toolConfig(wish: ConfigWish): Promise<ToolConfig>;
	openMachine(options: MachineOptions): Promise<Machine>;
	loadProject(request: SpecRequest): Promise<Project>;
	planContainer(machine: Machine, request: SpecRequest, options?: PlanOptions): Promise<PlannedContainer>;
	up(machine: Machine, request: UpRequest): Promise<CommandEnd>;
	/** Runs again what a record tells of. */
	replay(machine: Machine, word: string, request: ReplayRequest): Promise<CommandEnd>;
	/** The run records, the newest first. */
	listRuns(machine: Machine): Promise<readonly ListedRun[]>;
	/** All of one, for showing it; `cwd` is for a word that is a path. */
	showRun(machine: Machine, word: string, cwd: string): Promise<ShownRun>;
	/** Gives the id. */
	removeRun(machine: Machine, word: string): Promise<string>;
	/** Gives the path of the file that was written. */
	exportRun(machine: Machine, word: string, request: ExportRequest): Promise<string>;
	/** Gives the id. */
	importRun(machine: Machine, file: string): Promise<string>;
	diffRuns(machine: Machine, words: readonly [string, string], cwd: string): Promise<RunDifference>;
	/** The container and the command that the words `NAME COMMAND...` or `PROJECT SERVICE COMMAND...` mean. */
	findService(
		machine: Machine,
		name: string,
		command: readonly string[],
	): Promise<{readonly name: string; readonly command: readonly string[]}>;
	execIn(machine: Machine, name: string, request: ExecRequest): Promise<CommandEnd>;
	down(machine: Machine, name: string, options: DownOptions): Promise<void>;
	list(machine: Machine): Promise<readonly ContainerSummary[]>;
	/** The same at once, and again after each change, until the signal aborts. */
	watchList(machine: Machine, signal: AbortSignal): AsyncIterable<readonly ContainerSummary[]>;
	/** The record of a container and its live state, ready for JSON. */
	inspect(machine: Machine, name: string): Promise<unknown>;
	/** Makes the checks of a running container's plan again. */
	drift(machine: Machine, name: string): Promise<Drift>;
	/** Tells what the services of a spec are made from; writes nothing. */
	makeLock(machine: Machine, request: LockRequest): Promise<MadeLock>;
	/** Compares a spec with its lock. */
	checkLock(machine: Machine, request: LockRequest): Promise<LockCheck>;
	/** Runs a container several times and compares what it made. */
	verify(machine: Machine, request: VerifyRequest): Promise<Verification>;
	gc(machine: Machine, emit: EventSink): Promise<{readonly removed: readonly string[]}>;
	listImages(machine: Machine): Promise<readonly ImageSummary[]>;
	removeImage(machine: Machine, digest: string): Promise<void>;
	/** Gives the digests that were removed. */
	pruneImages(machine: Machine): Promise<readonly string[]>;
	listVolumes(machine: Machine): Promise<readonly VolumeSummary[]>;
	inspectVolume(machine: Machine, name: string): Promise<VolumeSummary>;
	createVolume(machine: Machine, name: string, labels: Readonly<Record<string, string>>): Promise<void>;
	removeVolume(machine: Machine, name: string): Promise<void>;
	/** Gives the names that were removed. */
	pruneVolumes(machine: Machine): Promise<readonly string[]>;
	/** Removes what a project made, but for the spared; what others mount is kept. */
	removeProjectVolumes(
		machine: Machine,
		project: string,
		spared: readonly string[],
	): Promise<{
		readonly removed: readonly string[];
		readonly kept: readonly {readonly name: string; readonly usedBy: readonly string[]}[];
	}>;
	/** Sends a signal; `pending` where it waits in a paused container. */
	signalContainer(machine: Machine, name: string, signal: string): Promise<{readonly pending: boolean}>;
	pause(machine: Machine, name: string): Promise<void>;
	unpause(machine: Machine, name: string): Promise<void>;
	/** Waits for its end; gives its exit status. */
	wait(machine: Machine, name: string): Promise<number>;
	/** Gives a container another name; gives the one it had. */
	rename(machine: Machine, from: string, to: string): Promise<string>;
	updateLimits(machine: Machine, name: string, changes: LimitChanges): Promise<{readonly warnings: readonly string[]}>;
	/** Looks after a detached project until nothing of it runs. */
	supervise(machine: Machine, project: string): Promise<void>;
	upDetached(machine: Machine, request: DetachedUp): Promise<readonly ServiceStatus[]>;
	/** The same in the foreground, until all have ended. */
	upAttached(machine: Machine, request: AttachedUp): Promise<AttachedUpEnd>;
	/** Asks the supervisor of a project. */
	askProject(
		machine: Machine,
		project: string,
		request: ControlRequest,
		program: string,
		onEvent?: ProjectSink,
		signal?: AbortSignal,
	): Promise<readonly ServiceStatus[]>;
	/** The detached project that a word of the command line means, undefined for none. */
	findTarget(
		machine: Machine,
		word: string | undefined,
		request: Pick<SpecRequest, 'cwd' | 'env'>,
		services: readonly string[],
	): Promise<ProjectTarget | undefined>;
	/** The same, which must be there. */
	projectTarget(
		machine: Machine,
		word: string | undefined,
		request: Pick<SpecRequest, 'cwd' | 'env'>,
		services: readonly string[],
	): Promise<ProjectTarget>;
	/** The names that a shell offers for an argument. */
	knownNames(machine: Machine, kind: NameKind, word: string | undefined, cwd: string): Promise<readonly string[]>;
	/** A detached project for JSON, undefined for none of that name. */
	inspectProject(machine: Machine, name: string): Promise<unknown>;
	readLogs(
		machine: Machine,
		target: ProjectTarget,
		wish: LogWish,
		write: (piece: LogPiece) => void,
		signal: AbortSignal,
	): Promise<void>;
	/** Joins the caller's streams with those of a detached container. */
	attachTo(machine: Machine, name: string, request: AttachRequest): Promise<AttachEnd>;
	/** The plan as a POSIX sh script. */
	compilePlan(machine: Machine, planned: PlannedContainer): Promise<string>;
	/** A sample a second until the signal aborts; of all that run when none is named. */
	stats(
		machine: Machine,
		names: readonly string[],
		options: {readonly signal?: AbortSignal},
	): AsyncIterable<readonly ContainerStats[]>;
	/** Where the ports of a running container can be reached. */
	ports(machine: Machine, name: string): Promise<ContainerPorts>;
	top(machine: Machine, name: string): Promise<readonly ContainerProcess[]>;
	/** Copies from the host into a container; gives what the tools warned of. */
	copyIn(machine: Machine, name: string, request: CopyRequest): Promise<string>;
	/** Copies from a container to the host; gives what the tools warned of. */
	copyOut(machine: Machine, name: string, request: CopyRequest): Promise<string>;
	/** What a container wrote over its image; `unread` are folders that the caller may not look into. */
	diff(
		machine: Machine,
		name: string,
	): Promise<{readonly changes: readonly PathChange[]; readonly unread: readonly string[]}>;
}
