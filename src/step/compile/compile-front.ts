import {posix} from 'node:path';
import {namespaceFiles} from '../../host/probe/namespaces.ts';
import {type Call, callRow} from '../calls/call.ts';
import {systemCalls} from '../calls/constants.ts';
import {startingProgram} from '../calls/executor.ts';
import {doneWhenThere, hostCalls, undoCalls} from '../calls/host-calls.ts';
import {besideSteps} from '../script/beside.ts';
import {askReady} from '../script/gate-script.ts';
import {startAction} from '../script/launch-script.ts';
import type {CgroupMember} from '../verbs/cgroup-member.ts';
import type {ExecAction} from '../verbs/exec.ts';
import {publishedPlan} from '../verbs/published-plan.ts';
import {isCheckedAtGate, type Plan, type Step} from '../verbs/step.ts';
import {type CallsInput, fileRows, memoryFile, startRows} from './compile-calls.ts';
import {checkCalls, mountTargets} from './compile-checks.ts';
import {claimsFolder} from './compile-claim.ts';
import {gateTexts} from './compile-gate.ts';
import {cgroupMembers, killOfPlan} from './compile-members.ts';

/** Input of {@link compileFront}. */
export interface FrontInput extends CallsInput {
	/** The container's record without `owner`, `bootId`, `created`, and `process`. */
	readonly record: Readonly<Record<string, unknown>>;
	/** The folder with the ends of containers. */
	readonly exits: string;
	/** What an earlier boot may have left under the container's name, in the store. */
	readonly remains: readonly string[];
}

/** What bin/front.pl starts a container by. */
export interface FrontProgram {
	/** The perl program of the process that makes the calls, which has no word of the user's. */
	readonly program: string;
	readonly rows: string;
	/** The beginning of the report of the start, up to its times. */
	readonly report: string;
	/** The file that counts kills for lack of memory; empty without a limit. */
	readonly memory: string;
	/** The numbers of system calls, for bin/front.pl itself. */
	readonly numbers: Readonly<Record<string, number>>;
}

/** The calls that bin/front.pl makes itself. */
const own = [
	'clock_gettime',
	'close',
	'dup3',
	'exit_group',
	'prlimit64',
	'read',
	'rt_sigprocmask',
	'signalfd4',
	'statx',
] as const;

/** Rows that tell when a step began have another name where nobody speaks sh. */
function timed(calls: readonly Call[]): readonly Call[] {
	return calls.map(([name, ...args]): Call => [name === 'begin' ? 'front_begin' : name, ...args]);
}

/** The files that the command may be, as absolute paths in the container: what the shell at the gate tries. */
function commandFiles({cwd, args: [command = ''], env}: ExecAction): readonly string[] {
	if (command.includes('/')) return [posix.resolve(cwd, command)];
	const path = env.findLast(each => each.startsWith('PATH='))?.slice('PATH='.length) ?? '';
	return path.split(':').map(folder => posix.resolve(cwd, folder, command));
}

/** A step before the start as calls, with its checks; undefined when only its commands can do it. */
function stepRows(step: Step): readonly Call[] | undefined {
	if (step.side !== 'before' || step.action.kind === 'start') return [];
	const there = doneWhenThere(step.action);
	// Node does it, if it has not been done.
	const calls = there === undefined ? hostCalls(step.action) : [['present', ...there] as const];
	if (calls === undefined) return undefined;
	return [['front_step', step.id], ...calls, ...step.checks.flatMap(check => checkCalls(check))];
}

/** The files that count the processor time of a container: src/kernel/usage.ts. */
function usageFiles(members: readonly CgroupMember[]): readonly [usage: string, stat: string] {
	const folder = (controller: string) => members.find(member => member.controller === controller)?.path;
	const v1 = folder('cpuacct') ?? folder('cpu');
	const unified = folder('');
	return [v1 === undefined ? '' : `${v1}/cpuacct.usage`, unified === undefined ? '' : `${unified}/cpu.stat`];
}

/** Whether the kernel kills processes of the container for a limit of its own. */
function limitsMemory({steps}: Plan): boolean {
	return steps.some(({action}) => action.kind === 'write' && /\/memory\.(?:max|limit_in_bytes)$/.test(action.path));
}

/** Whether all of a container is made by calls of one process outside, and its whole life needs nothing else. */
function isPlain({steps, executor, warnings}: Plan): boolean {
	const has = (kind: Step['action']['kind']): boolean => steps.some(({action}) => action.kind === kind);
	return (
		executor === 'calls' &&
		warnings.length === 0 &&
		besideSteps(steps).size === 0 &&
		has('dropPrivileges') &&
		// Whose namespaces are joined is looked up at each start.
		!steps.some(({action}) => action.kind === 'start' && (action.tty || action.joins !== undefined)) &&
		!has('enterNamespaces')
	);
}

/**
 * Compiles a plan for a start without Node: the same container, made by the same calls, and what Node leaves in the state folder.
 *
 * @returns undefined for a container whose start or end needs more than calls
 */
export function compileFront(input: FrontInput): FrontProgram | undefined {
	const {plan, facts, record} = input;
	const numbers = systemCalls[facts.kernel.arch];
	const exec = plan.steps.find(step => step.action.kind === 'exec');
	const kill = killOfPlan(plan);
	const host = plan.steps.map(stepRows);
	const undos = plan.steps.toReversed().map(({undo}) => (undo.kind === 'none' ? [] : undoCalls(undo)));
	const start = plan.steps.find(step => step.action.kind === 'start');
	const starting = startRows(input);
	const isOnePid = startAction(plan).unshare.includes('--pid') && starting.every(([name]) => name !== 'fork');
	if (!isPlain(plan) || !isOnePid || numbers === undefined || exec?.action.kind !== 'exec' || start === undefined)
		return undefined;
	if (!('path' in kill) || host.includes(undefined) || undos.includes(undefined)) return undefined;
	const members = cgroupMembers(plan);
	const targets = mountTargets(plan);
	const ids = plan.steps.flatMap(({action}) => (action.kind === 'dropPrivileges' ? [action.ids] : []))[0] ?? null;
	const fixed = ids === null ? '' : `${ids.uid} ${ids.gid} ${ids.groups.join(',')}`;
	const journal = plan.steps.flatMap(step =>
		step.undo.kind === 'none' ? [] : [JSON.stringify({id: step.id, undo: step.undo})],
	);
	const spaces = Object.entries(namespaceFiles).map(([kind, file]) => `${kind}:${file}`);
	const calls: readonly Call[] = [
		['close_others'],
		['front_go'],
		['front_claim', claimsFolder(input), plan.name, JSON.stringify(record).slice(0, -1), ...journal],
		['absent', ...input.remains, ...members.map(({path}) => path)],
		...host.flatMap(rows => rows ?? []),
		['front_step', start.id],
		...fileRows(input),
		...timed(starting),
		['front_follow', askReady],
		['look'],
		...plan.steps.flatMap(step =>
			isCheckedAtGate(step) ? step.checks.flatMap(check => checkCalls(check, targets)) : [],
		),
		['front_command', ...commandFiles(exec.action)],
		['front_gate', exec.id, fixed, spaces.join(' '), ...usageFiles(members), ...gateTexts(exec.action, input)],
		['front_wait', memoryFile(input), kill.kind, kill.path],
		['front_note', input.exits, plan.name],
		...undos.flatMap(each => each ?? []),
		['front_release'],
		['end'],
	];
	return {
		program: startingProgram(facts.kernel.arch, new Set(calls.map(([name]) => name))),
		rows: calls.map(callRow).join(''),
		report: `${JSON.stringify({schema: 1, plan: publishedPlan(plan)}).slice(0, -1)},`,
		memory: limitsMemory(plan) ? memoryFile(input) : '',
		numbers: Object.fromEntries(own.map(name => [name, numbers[name]])),
	};
}
