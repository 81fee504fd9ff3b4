import type {Machine} from '../machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {userMapOf} from '../../host/id-map.ts';
import type {Host, RunningProgram} from '../../host/host.ts';
import type {ProcessIdentity} from '../../host/programs/process.ts';
import {type AtGate, passEnterGate} from '../../execute/enter.ts';
import {orAborted} from '../../execute/or-aborted.ts';
import {shownName} from '../../state/alias.ts';
import {shownState} from '../../state/freezer.ts';
import {type ContainerRecord, containerFolder, currentCgroups} from '../../state/record.ts';
import {ociState} from '../../state/oci-state.ts';
import type {OciProcess} from '../../oci/config.ts';
import type {UserIds} from '../../step/verbs/drop-privileges.ts';
import {filterFile} from '../../step/verbs/filter.ts';
import {type CgroupMember, joinFile} from '../../step/verbs/cgroup-member.ts';
import {enterCommand, enterTrouble} from '../../step/calls/enter-calls.ts';
import {chosenExecutor} from '../../step/calls/chosen-executor.ts';
import type {ExecutorChoice} from '../../spec/config/executors.ts';
import {type EngineEntry, type EnterInput, enterScript} from '../../step/script/enter-script.ts';
import {boundingSet} from '../../step/verbs/privileges.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import {findContainer} from '../machine/find-container.ts';
import {doesNotRun, type RunningRecord} from '../machine/running-container.ts';

/** The command that enters a running container, and the gate behind it. */
export interface Entrance {
	readonly record: RunningRecord;
	/** The entering command; descriptor 3 must be the status pipe and 4 the gate. */
	readonly argv: readonly string[];
	/** Follows the command to its gate, checks with the kernel where it is, and lets it exec. */
	readonly pass: (
		program: RunningProgram,
		atGate: AtGate,
		onProcess?: (process: ProcessIdentity) => Promise<void>,
	) => Promise<ProcessIdentity>;
}

/** The user that enters, and how. */
export interface Entering {
	/** Numeric ids, or a `user[:group]` to look up in the container; by default the container's own user. */
	readonly user: UserIds | string | undefined;
	readonly tty: boolean;
	/** By default what the configuration says, or `auto`. */
	readonly executor?: ExecutorChoice | undefined;
	/** A tool of the host enters. Its addresses stay random even in a container with fixed addresses. */
	readonly tool?: true;
	/** A process of an engine: what it may do is its own, not the container's. */
	readonly engine?: EngineEntry & {
		readonly process: OciProcess;
		readonly ignoresPause: boolean;
		/** In place of the container's own. */
		readonly cgroups?: readonly CgroupMember[];
	};
}

/**
 * Prepares to enter all namespaces and the cgroup of a container, with no more capabilities than the container has.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_PAUSED, E_PERMISSION, E_STATE; `pass` also E_STEP_FAILED, E_CHECK_FAILED,
 * E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE.
 */
export function entranceTo(machine: Machine, name: string, entering: Entering): Entrance {
	const {host, facts, dirs} = machine;
	const {engine} = entering;
	const record = enterable(machine, findContainer(machine, name), engine?.ignoresPause);
	const process = engine?.process ?? record.config.process;
	const {filter, landlock} = record.confinement;
	const labels = engine === undefined ? record.confinement.labels : labelsOf(engine.process);
	// A cgroup that the container has divided takes no process any more.
	const current = currentCgroups(host, record);
	const cgroups =
		engine?.cgroups ??
		record.cgroups.map(member => current.find(({controller}) => controller === member.controller) ?? member);
	const fixedAddresses = record.confinement.fixedAddresses === true && entering.tool !== true;
	const executor = chosenExecutor(
		engine === undefined ? (entering.executor ?? machine.executor ?? 'auto') : 'calls',
		() => enterTrouble(landlock, facts),
	);
	const input: EnterInput = {
		pid: record.process.pid,
		namespaces: record.namespaces,
		root: record.root,
		tools: sealTools(host, facts, dirs.store),
		cgroups: cgroups.map(joinFile),
		process,
		filter:
			filter === null
				? null
				: {
						...filter,
						noNewPrivileges: engine?.process.noNewPrivileges ?? filter.noNewPrivileges,
						path: `${containerFolder(dirs.state, record.name)}/${filterFile}`,
					},
		labels,
		landlock,
		fixedAddresses,
		map: record.namespaces.includes('user') && facts.user.uid !== 0 ? userMapOf(facts) : null,
		keepGroups: host.readText(`/proc/${record.process.pid}/setgroups`)?.trim() === 'deny',
		user: entering.user ?? record.process.ids,
		tty: entering.tty,
		...(engine === undefined ? {} : {engine}),
	};
	const expected = {
		namespaceIds: record.process.namespaceIds,
		namespaces: record.namespaces,
		cgroups,
		bounding: boundingSet(process, facts),
		confinement: record.confinement,
		fixedAddresses,
		inheritable: process.capabilities.inheritable,
		ambient: process.capabilities.ambient,
		forks: engine?.leaves !== true && (executor === 'calls' || record.namespaces.includes('pid')),
		noNewPrivileges: process.noNewPrivileges,
		state: ociState(record, 'running', record.process.pid),
	};
	return {
		record,
		argv:
			executor === 'calls'
				? enterCommand(input, facts)
				: [...(hostToolWords(facts, 'sh') ?? []), '-c', enterScript(input, facts)],
		pass: (program, atGate, onProcess = async () => {}) =>
			passEnterGate(host, facts, program, atGate, expected, onProcess),
	};
}

/**
 * Follows a program into a container, and kills it when the signal aborts. Until the program is inside, tsbox cannot forward a
 * signal to it.
 *
 * @param told - the message of the error after an abort
 * @throws TsboxError E_INTERRUPTED, and the errors of `follow`.
 */
export async function unlessAborted<T>(
	host: Host,
	program: RunningProgram,
	signal: AbortSignal,
	told: string,
	follow: () => Promise<T>,
): Promise<T> {
	const kill = (): void => void host.kill(-program.pid, 'SIGKILL');
	signal.addEventListener('abort', kill, {once: true});
	if (signal.aborted) kill();
	try {
		return await orAborted(follow(), signal);
	} catch (error) {
		if (signal.aborted) throw new TsboxError('E_INTERRUPTED', told, {cause: signal.reason});
		throw error;
	} finally {
		signal.removeEventListener('abort', kill);
	}
}

/** The options of setpriv(1) for the security modules that an engine names for a process. */
function labelsOf({apparmorProfile, selinuxLabel}: OciProcess): readonly string[] {
	return [
		...(apparmorProfile === undefined ? [] : [`--apparmor-profile=${apparmorProfile}`]),
		...(selinuxLabel === undefined ? [] : [`--selinux-label=${selinuxLabel}`]),
	];
}

function enterable(machine: Machine, record: ContainerRecord, ignoresPause = false): RunningRecord {
	const {host, facts, dirs} = machine;
	const {process} = record;
	const name = shownName(host, dirs.state, record.name);
	const state = shownState(host, record);
	if (state === 'paused' && !ignoresPause)
		throw new TsboxError('E_PAUSED', `${name} is paused, and so would be a command in it`, {
			hint: `resume it with \`tsbox unpause ${name}\``,
		});
	if (process === null || (state !== 'running' && state !== 'paused')) throw doesNotRun(machine, record);
	if (facts.user.uid !== 0 && !record.namespaces.includes('user'))
		throw new TsboxError('E_PERMISSION', 'only root can enter a container of root', {hint: 'run it with sudo'});
	return {...record, process};
}
