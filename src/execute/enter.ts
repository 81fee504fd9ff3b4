import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host, RunningProgram} from '../host/host.ts';
import {identify, type ProcessIdentity} from '../host/programs/process.ts';
import {trace} from '../host/trace.ts';
import {namespaceFiles} from '../host/probe/namespaces.ts';
import {capabilityMask} from '../oci/capabilities.ts';
import type {NamespaceKind} from '../spec/model/project.ts';
import type {ExecAction} from '../step/verbs/exec.ts';
import type {FilterLoader} from '../step/verbs/drop-privileges.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {addressNoRandomize} from '../step/verbs/check.ts';
import {askReady} from '../step/script/gate-script.ts';
import {problemOf, processView} from './check.ts';
import {handIn, pipeGate} from './gate.ts';
import type {CommandTrouble} from './command-trouble.ts';
import {type AgentState, connectAgent} from './seccomp-agent.ts';
import {adviceFor, gateRefusal} from './start-failure.ts';
import {statusLines} from './status-pipe.ts';

/** What must be true of an entered process before it becomes the command. */
export interface Expected {
	/** The namespaces of the container's first process at its start, by kind: `mnt:[4026532200]`. */
	readonly namespaceIds: Readonly<Record<string, string>>;
	readonly namespaces: readonly NamespaceKind[];
	readonly cgroups: readonly CgroupMember[];
	readonly bounding: readonly string[];
	readonly inheritable: readonly string[];
	readonly ambient: readonly string[];
	readonly confinement: {readonly filter: FilterLoader | null; readonly labels: readonly string[]};
	readonly noNewPrivileges: boolean;
	readonly fixedAddresses: boolean;
	/** The process that tells its number waits outside for the one that entered. */
	readonly forks: boolean;
	/** The container, for the agent of its filter. */
	readonly state: AgentState;
}

/** What an entered process becomes: a command of the container, or a host tool that a script of sh starts. */
export type AtGate =
	| ExecAction
	/**
	 * `script` is one compound command. It writes `@exec` to descriptor 3 and becomes a tool. Its working directory is
	 * the toolbox.
	 */
	| {readonly kind: 'tool'; readonly script: string};

const step = 'enter the container';

/** The process in the container: the one outside forked it, or is itself inside. */
function entered(host: Host, pid: number, forked: boolean): ProcessIdentity | undefined {
	if (!forked) return identify(host, pid);
	// The kernel lists children by age. Older ones are the guard that a shell forked before it became nsenter(1), and the process that
	// entered all other namespaces before it made this one.
	const child = host.readText(`/proc/${pid}/task/${pid}/children`)?.trim().split(' ').at(-1);
	return child === undefined || child === '' ? undefined : identify(host, Number(child));
}

/** Why an entered process is not as expected, or undefined. A reused pid leads to other namespaces. */
function problem(host: Host, {pid}: ProcessIdentity, expected: Expected): string | undefined {
	const view = processView(host, pid);
	const elsewhere = expected.namespaces.filter(
		kind => view.link(`ns/${namespaceFiles[kind]}`) !== expected.namespaceIds[kind],
	);
	if (elsewhere.length > 0) return `its ${elsewhere.join(', ')} namespace is not the container's`;
	const told = {values: new Map<string, string>(), ids: undefined};
	return (
		problemOf({kind: 'cgroups', members: expected.cgroups}, host, view, told) ??
		problemOf(
			{
				kind: 'status',
				fields: {
					CapInh: capabilityMask(expected.inheritable),
					CapAmb: capabilityMask(expected.ambient),
					CapBnd: capabilityMask(expected.bounding),
					NoNewPrivs: expected.noNewPrivileges ? '1' : '0',
				},
			},
			host,
			view,
			told,
		) ??
		(expected.confinement.filter === null ? undefined : problemOf({kind: 'seccomp'}, host, view, told)) ??
		(expected.fixedAddresses
			? problemOf({kind: 'personality', flag: addressNoRandomize}, host, view, told)
			: undefined) ??
		expected.confinement.labels
			.map(each => problemOf({kind: 'label', equals: each.slice(each.indexOf('=') + 1)}, host, view, told))
			.find(each => each !== undefined)
	);
}

/** A process, and all that it has started. */
function descendants(host: Host, pid: number): readonly number[] {
	const children = host.readText(`/proc/${pid}/task/${pid}/children`)?.split(' ').filter(Boolean) ?? [];
	return [pid, ...children.flatMap(child => descendants(host, Number(child)))];
}

function strayed(problem: string): TsboxError {
	return new TsboxError('E_CHECK_FAILED', problem, {
		step,
		why: 'the container has ended, or something else has its process number now',
		hint: '`tsbox ps -a` shows what became of it',
	});
}

/** The home folder that was looked up with the user overrides the spec's. */
function withHome(exec: ExecAction, home: string | undefined): ExecAction {
	if (home === undefined) return exec;
	return {...exec, env: [...exec.env.filter(each => !each.startsWith('HOME=')), `HOME=${home}`]};
}

/**
 * Follows a program of enterScript to the gate, checks which container it is in, and lets it become the command.
 *
 * @throws TsboxError E_STEP_FAILED, E_CHECK_FAILED, E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE.
 */
export async function passEnterGate(
	host: Host,
	facts: HostFacts,
	program: RunningProgram,
	atGate: AtGate,
	expected: Expected,
	onProcess: (process: ProcessIdentity) => Promise<void>,
): Promise<ProcessIdentity> {
	const gate = pipeGate.open(program);
	const {status, answers} = gate;
	answers.on('error', () => {});
	answers.write(askReady);
	let said = '';
	let outer = 0;
	let home: string | undefined;
	let inside: ProcessIdentity | undefined;
	let troubles: readonly CommandTrouble[] = [];
	let [unheard, isOver]: [unknown, boolean] = [undefined, false];
	const {filter} = expected.confinement;
	const agent = filter?.agent === undefined ? undefined : await connectAgent(host, facts, filter.agent);
	const handed = agent
		?.handOver(
			() => [...descendants(host, program.pid), ...(outer === 0 ? [] : [outer])],
			() => expected.state,
			() => isOver,
		)
		.catch((error: unknown) => {
			isOver = true;
			unheard = error;
			host.kill(-program.pid, 'SIGKILL');
		})
		.finally(agent.close);
	void program.ended.then(() => (isOver = true));
	for await (const line of statusLines(status)) {
		if (line.kind === 'pid') outer = line.pid;
		else if (line.kind === 'ids') ({home} = line);
		else if (line.kind === 'text') said += `${line.text}\n`;
		else if (line.kind === 'ready') {
			inside = entered(host, outer, expected.forks);
			if (inside === undefined) throw strayed('the process that entered is gone');
			const wrong = problem(host, inside, expected);
			if (wrong !== undefined) throw strayed(wrong);
			await onProcess(inside);
			isOver = true;
			if ((await handed) === false) throw strayed('the filter of the process has no listener');
			trace('gate', () => `opened for a process that entered, ${inside?.pid}`);
			if (atGate.kind === 'tool') answers.write(atGate.script);
			else troubles = handIn(gate, withHome(atGate, home), host, facts, inside.pid);
		} else if (line.kind === 'exec' && inside !== undefined) {
			answers.end();
			status.resume();
			return inside;
		} else if (
			atGate.kind === 'exec' &&
			(line.kind === 'directory' ||
				line.kind === 'notfound' ||
				line.kind === 'notexecutable' ||
				line.kind === 'unrunnable')
		) {
			await program.ended;
			throw gateRefusal(line, atGate, step, troubles);
		}
	}
	const {exitCode} = await program.ended;
	if (unheard !== undefined) throw unheard;
	const output = said.trim() === '' ? `exit status ${exitCode}` : said.trim();
	const noUser = /^there is no (?:user|group) .*/m.exec(said)?.[0];
	if (noUser !== undefined) throw new TsboxError('E_STEP_FAILED', noUser, {step, ...adviceFor(noUser)});
	throw new TsboxError('E_STEP_FAILED', 'could not enter the container', {
		step,
		output,
		why: 'it may have ended meanwhile',
		hint: '`tsbox ps -a` shows what became of it',
	});
}
